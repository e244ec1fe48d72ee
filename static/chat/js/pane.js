// One talk on the desk: its own state, window and tab. Nothing a visitor writes appears elsewhere.
import { hearCards } from "./cards.js";
import { Composer } from "./composer.js";
import { giveDraft, leaveDraft } from "./drafts.js";
import { flag, showFlagged } from "./flagging.js";
import { resume, showPaused, watchPausing } from "./pausing.js";
import { threadOf } from "./pane_thread.js";
import { phrasesOf } from "./phrases.js";
import { watchSignposts } from "./signposting.js";
import { lastFromOther, showUnread } from "./reading.js";
import { Talk } from "./talk.js";
import { typingSign } from "./typing.js";
import { wear } from "./wearing.js";
import { cloneOf, word } from "./words.js";

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
    wear(this, { conversation, topic, language });
    this.thread = threadOf(this, line);
    this.typing = typingSign(this.find("typing"));
    this.composer = new Composer(this.find("composer"), {
      onSay: (text) => this.say(text),
      onTyping: () => line.send({ type: "typing", conversation }),
    });
    this.tab.addEventListener("click", () => onSelect(this, true));
    this.element.addEventListener("focusin", () => onSelect(this, false));
    this.find("close").addEventListener("click", () => onClose(this));
    this.find("flag")?.addEventListener("click", () => flag(this, line));
    watchPausing(this, line);
    watchSignposts(this, line);
    this.phrases = phrasesOf(this, language);
    giveDraft(this);
    this.find("put-away").addEventListener("click", () => onAway(this));
  }

  find(name) {
    return this.element.querySelector(`[data-${name}]`);
  }

  say(text) {
    resume(this, this.line);
    this.line.send(this.talk.say(text));
    this.show();
  }

  fill({ messages, erased_through: erasedThrough, more, seen = 0, line: up, flagged, state, note, cards }) {
    if (state) {
      showPaused(this, { state, note });
    }
    showFlagged(this, flagged);
    this.talk.hearAll(messages, erasedThrough);
    hearCards(this.talk, cards);
    this.talk.seenByOther = Math.max(this.talk.seenByOther, seen);
    this.lineIs(up ?? this.isUp);
    if (more) {
      this.line.send({ type: "more", conversation: this.talk.conversation, after: this.talk.after });
    }
    this.show();
  }

  resend() {
    this.talk.unsent().forEach((frame) => this.line.send(frame));
  }

  lineIs(up) {
    this.isUp = up;
    this.find("light").dataset.light = up ? "up" : "down";
    this.tab.querySelector("[data-light]").dataset.light = up ? "up" : "down";
    this.tell(up ? "" : word("visitor_down"));
  }

  tell(text) {
    Object.assign(this.find("pane-banner"), { textContent: text, hidden: !text });
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

  // `over` where the talk is; else it goes on without this member, and may come back.
  end(over = false) {
    this.ended = true;
    leaveDraft(this, over);
    this.composer.clear();
    this.talk.forget();
    this.typing.hide();
    showPaused(this, { state: "ended" });
    this.lineIs(false);
    this.tell(word("ended_note"));
    ["composer", "close", "aids"].forEach((part) => { this.find(part).hidden = true; });
    this.find("put-away").hidden = false;
    this.element.dataset.state = this.tab.dataset.state = "ended";
    this.show();
  }
}
