// Who waits: how long, for what, in which language, and whether their line has dropped.
import { cloneOf, hasWord, word } from "./words.js";

const REFRESH = 15000;

export class Queue {
  constructor({ onClaim }) {
    this.list = document.querySelector("[data-queue]");
    this.total = document.querySelector("[data-total]");
    this.nobody = document.querySelector("[data-nobody]");
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
    this.total.textContent = String(total);
    this.nobody.hidden = this.rows.size > 0;
  }

  place(one, index) {
    const row = this.rows.get(one.conversation) || this.make(one.conversation);
    const { element } = row;
    row.since = Date.now() - one.waited_seconds * 1000;
    row.about = { topic: one.topic, language: one.language };
    element.dataset.state = one.state;
    element.querySelector("[data-position]").textContent = String(one.position);
    const topic = hasWord(`topic.${one.topic}`) ? word(`topic.${one.topic}`) : word("no_topic");
    element.querySelector("[data-topic]").textContent = topic;
    element.querySelector("[data-language]").textContent = word(`language.${one.language}`);
    element.querySelector("[data-dropped]").hidden = one.state !== "dropped";
    age(row);
    if (this.list.children[index] !== element) {
      this.list.insertBefore(element, this.list.children[index] || null);
    }
  }

  make(conversation) {
    const element = cloneOf("waiting");
    element.dataset.conversation = conversation;
    element.querySelector("[data-claim]").addEventListener("click", () => this.onClaim(conversation));
    const row = { element, since: Date.now() };
    this.rows.set(conversation, row);
    return row;
  }
}

function age({ element, since }) {
  const minutes = Math.floor((Date.now() - since) / 60000);
  element.querySelector("[data-waited]").textContent = minutes ? word("minutes", { minutes }) : word("now");
}
