// One talk on the desk: its own state, window and tab. Nothing a visitor writes appears elsewhere.
import { Composer } from "./composer.js";
import { flag, showFlagged } from "./flagging.js";
import { lastFromOther, referenceOf, showUnread } from "./reading.js";
import { Talk } from "./talk.js";
import { Thread } from "./thread.js";
import { typingSign } from "./typing.js";
import { cloneOf, hasWord, word } from "./words.js";

export class Pane {
  constructor({ conversation, number, topic, language, line, onChange, onSelect, onClose, onAway }) {
    this.line = line;
    this.onChange = onChange;
    this.ended = false;
    this.selected = false;
    this.talk = new Talk("counsellor", { conversation });
    this.element = cloneOf("pane");
    this.tab = cloneOf("tab");
    this.name = word("talk", { number });
    this.wear(conversation, topic, language);
    this.thread = new Thread(this.find("log"), this.talk, {
      nameOf: (message) => (message.from === "system" ? "" : word("visitor")),
      quiet: true,
      scroller: this.find("scroll"),
    });
    this.typing = typingSign(this.find("typing"));
    this.composer = new Composer(this.find("composer"), {
      onSay: (text) => this.say(text),
      onTyping: () => line.send({ type: "typing", conversation }),
    });
    this.tab.addEventListener("click", () => onSelect(this, true));
    this.element.addEventListener("focusin", () => onSelect(this, false));
    this.find("close").addEventListener("click", () => onClose(this));
    this.find("flag")?.addEventListener("click", () => flag(this, line));
    this.find("put-away").addEventListener("click", () => onAway(this));
  }

  find(name) {
    return this.element.querySelector(`[data-${name}]`);
  }

  wear(conversation, topic, language) {
    this.element.id = `pane-${conversation}`;
    this.element.dataset.conversation = this.tab.dataset.conversation = conversation;
    this.element.setAttribute("aria-label", this.name);
    this.find("log").setAttribute("aria-label", this.name);
    this.tab.setAttribute("aria-controls", this.element.id);
    this.tab.querySelector("[data-tab-name]").textContent = this.name;
    this.find("pane-name").textContent = this.name;
    const known = [`topic.${topic}`, `language.${language}`, "reference"].filter(hasWord);
    this.find("pane-note").textContent = known
      .map((name) => word(name, { reference: referenceOf(conversation) })).join(" · ");
    this.lineIs(true);
  }

  say(text) {
    this.line.send(this.talk.say(text));
    this.show();
  }

  fill({ messages, erased_through: erasedThrough, more, seen = 0, line: up, flagged }) {
    showFlagged(this, flagged);
    this.talk.hearAll(messages, erasedThrough);
    this.talk.seenByOther = Math.max(this.talk.seenByOther, seen);
    if (typeof up === "boolean") {
      this.lineIs(up);
    }
    if (more) {
      this.line.send({ type: "more", conversation: this.talk.conversation, after: this.talk.after });
    }
    this.show();
  }

  resend() {
    this.talk.unsent().forEach((frame) => this.line.send(frame));
  }

  lineIs(up) {
    this.find("light").dataset.light = up ? "up" : "down";
    this.tab.querySelector("[data-light]").dataset.light = up ? "up" : "down";
    this.tell(up ? "" : word("visitor_down"));
  }

  tell(text) {
    this.find("pane-banner").textContent = text;
    this.find("pane-banner").hidden = !text;
  }

  select(on) {
    this.selected = on;
    this.element.toggleAttribute("data-selected", on);
    this.tab.setAttribute("aria-selected", String(on));
    this.show();
  }

  show() {
    const { talk } = this;
    const last = lastFromOther(talk);
    const looks = this.selected && !document.hidden && last > talk.seenByMe;
    if (looks && this.line.send({ type: "seen", conversation: talk.conversation, seq: last })) {
      talk.seenByMe = last;
    }
    this.thread.show();
    showUnread(this.tab.querySelector("[data-unread]"), talk);
    this.onChange();
  }

  end() {
    this.ended = true;
    this.composer.clear();
    this.talk.forget();
    this.typing.hide();
    this.lineIs(false);
    this.tell(word("ended_note"));
    this.find("composer").hidden = this.find("close").hidden = true;
    this.find("put-away").hidden = false;
    this.element.dataset.state = this.tab.dataset.state = "ended";
    this.show();
  }
}
