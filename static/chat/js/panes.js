// All talks of this desk: which are open, which one is being attended to, how much is unread.
import { Beside } from "./beside.js";
import { Pane } from "./pane.js";
import { watchColleagues } from "./colleagues.js";
import { askToEnd } from "./ending.js";
import { unreadIn } from "./reading.js";
import { word } from "./words.js";

export class Panes {
  constructor(line, { onChange }) {
    this.line = line;
    this.onChange = onChange;
    this.open = new Map();
    this.numbers = 0;
    this.place = document.querySelector("[data-panes]");
    this.tabs = document.querySelector("[data-tabs]");
    this.beside = new Beside(this);
    document.addEventListener("visibilitychange", () => this.selected()?.show());
  }

  get(conversation) {
    return this.open.get(conversation);
  }

  all() {
    return [...this.open.values()];
  }

  // Talks that go on and are this member's.
  alive() {
    return this.all().filter((pane) => !pane.ended);
  }

  ensure({ conversation, topic, language }) {
    if (this.get(conversation)?.ended) {
      // It has come back: in a pane of its own, for what stood in the old one is gone.
      this.remove(this.get(conversation));
    }
    if (!this.open.has(conversation)) {
      this.numbers = this.open.size ? this.numbers + 1 : 1;
      const pane = new Pane({
        conversation, topic, language,
        number: this.numbers,
        line: this.line,
        onChange: () => this.onChange(),
        onSelect: (one, focus) => this.select(one, focus),
        onClose: (one) => this.close(one),
        onAway: (one) => this.putAway(one),
      });
      watchColleagues(pane, this.line);
      this.open.set(conversation, pane);
      this.place.append(pane.element);
      this.tabs.append(pane.tab);
      if (!this.selected()) {
        this.select(pane, false);
      }
      this.beside.show();
    }
    return this.open.get(conversation);
  }

  selected() {
    return this.all().find((pane) => pane.selected);
  }

  select(pane, focus) {
    if (pane && !pane.selected) {
      this.all().forEach((one) => one.selected && one.select(false));
      this.beside.attend(pane);
      pane.select(true);
    }
    if (pane && focus) {
      pane.element.scrollIntoView({ block: "nearest", inline: "nearest" });
      // On a phone the talks stand below the queue, and fill the screen.
      this.place.parentElement.scrollIntoView({ block: "end" });
      (pane.ended ? pane.find("put-away") : pane.find("draft")).focus({ preventScroll: true });
    }
  }

  nth(number) {
    this.select(this.all()[number - 1], true);
  }

  step(by) {
    const all = this.all();
    const at = all.indexOf(this.selected());
    this.select(all[(at + by + all.length) % all.length], true);
  }

  nextUnread() {
    this.select(this.all().find((pane) => unreadIn(pane.talk) && !pane.selected), true);
  }

  async close(pane) {
    const said = pane && !pane.ended && (await askToEnd());
    return said && this.finish(pane, said);
  }

  // Closed while the line is down: it counts, and the server hears of it first of all.
  finish(pane, said = pane.closing) {
    const { conversation } = pane.talk;
    pane.closing = this.line.send({ type: "close", conversation, ...said, ref: "close" }) ? null : said;
    if (pane.closing) {
      pane.tell(word("closing"));
    }
  }

  remove(pane) {
    this.open.delete(pane.talk.conversation);
    pane.element.remove();
    pane.tab.remove();
    this.beside.show();
  }

  putAway(pane) {
    this.remove(pane);
    this.select(this.all()[0], true);
    this.onChange();
  }
}
