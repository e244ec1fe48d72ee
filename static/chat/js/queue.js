// Who waits: how long, for what, in which language, and whether their line has dropped.
import { cloneOf, hasWord, word } from "./words.js";

const REFRESH = 15000;

export class Queue {
  constructor({ onClaim }) {
    this.list = document.querySelector("[data-queue]");
    this.total = document.querySelector("[data-total]");
    this.nobody = document.querySelector("[data-nobody]");
    this.more = document.querySelector("[data-more-waiting]");
    this.rows = new Map();
    this.onClaim = onClaim;
    setInterval(() => this.rows.forEach((row) => age(row)), REFRESH);
  }

  show({ total, waiting }) {
    const there = new Set(waiting.map((one) => one.conversation));
    [...this.rows.keys()].filter((one) => !there.has(one)).forEach((one) => this.remove(one));
    waiting.forEach((one, index) => this.place(one, index));
    this.count(total);
  }

  // Taken at this desk: gone from the list before the server's next look at it.
  drop(conversation) {
    if (this.rows.has(conversation)) {
      this.remove(conversation);
      this.count(Number(this.total.textContent) - 1);
    }
  }

  remove(conversation) {
    this.rows.get(conversation).element.remove();
    this.rows.delete(conversation);
  }

  count(total) {
    write(this.total, String(total));
    this.nobody.hidden = this.rows.size > 0;
    const more = total - this.rows.size;
    this.more.hidden = more <= 0;
    write(this.more, word("more_waiting", { count: more }));
  }

  place(one, index) {
    const row = this.rows.get(one.conversation) || this.make(one.conversation);
    const { element, part } = row;
    row.since = Date.now() - one.waited_seconds * 1000;
    row.about = { topic: one.topic, language: one.language };
    element.dataset.state = one.state;
    write(part("position"), String(one.position));
    write(part("topic"), word(hasWord(`topic.${one.topic}`) ? `topic.${one.topic}` : "no_topic"));
    write(part("language"), word(`language.${one.language}`));
    part("dropped").hidden = one.state !== "dropped";
    part("claim")?.setAttribute("aria-label", word("take_this", { position: one.position }));
    age(row);
    if (this.list.children[index] !== element) {
      this.list.insertBefore(element, this.list.children[index] || null);
    }
  }

  make(conversation) {
    const element = cloneOf("waiting");
    element.dataset.conversation = conversation;
    const part = (name) => element.querySelector(`[data-${name}]`);
    part("claim")?.addEventListener("click", () => this.onClaim(conversation));
    const row = { element, part, since: Date.now() };
    this.rows.set(conversation, row);
    return row;
  }
}

function age({ part, since }) {
  const minutes = Math.floor((Date.now() - since) / 60000);
  write(part("waited"), minutes ? word("minutes", { minutes }) : word("now"));
}

// What stands there already is not written again: the browser would lay out all of it anew.
function write(place, text) {
  if (place.textContent !== text) {
    place.textContent = text;
  }
}
