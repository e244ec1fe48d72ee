// Shows one talk's messages. An element lives as long as its message: a list that is read aloud
// must not be built anew.
import { dressCard, makeCard } from "./cards.js";
import { hourOf } from "./hour.js";
import { lastOwn } from "./reading.js";
import { cloneOf, word } from "./words.js";

const RUN = 3 * 60 * 1000;
// Stands where erased messages stood; it carries nothing of them, not even when.
const ERASED = Object.freeze({ id: "erased", from: "system", text: word("erased"), at: new Date().toISOString() });

export class Thread {
  constructor(log, talk, { nameOf, scroller, onWithdraw, quiet = false, marksEach = false, arrange = null }) {
    this.log = log;
    this.talk = talk;
    this.nameOf = nameOf;
    this.scroller = scroller;
    this.onWithdraw = onWithdraw;
    this.quiet = quiet;
    this.marksEach = marksEach;
    this.arrange = arrange || ((_, items) => items);
    this.shown = new Map();
    this.follow();
  }

  // A keyboard that opens or a banner that appears must not cover the end that one was reading.
  follow() {
    let height = 0;
    new ResizeObserver(() => {
      const wasAtEnd = !height || this.atEnd(height);
      height = this.scroller.clientHeight;
      wasAtEnd && this.toEnd();
    }).observe(this.scroller);
  }

  show() {
    const stays = this.atEnd();
    const written = this.talk.erasedThrough ? [ERASED, ...this.talk.inOrder()] : this.talk.inOrder();
    const items = this.arrange(this.talk, written);
    const keys = new Set(items.map(keyOf));
    const last = items.at(-1);
    const isNewCard = last?.card && !this.shown.has(keyOf(last));
    for (const [key, element] of this.shown) {
      if (!keys.has(key)) {
        element.remove();
        this.shown.delete(key);
      }
    }
    items.forEach((item, index) => this.place(item, items[index - 1], items[index + 1], index));
    if (stays || last?.state === "pending") {
      this.toEnd(isNewCard ? this.shown.get(keyOf(last)) : null);
    }
  }

  place(item, before, after, index) {
    const element = this.shown.get(keyOf(item)) || this.make(item);
    if (this.log.children[index] !== element) {
      this.log.insertBefore(element, this.log.children[index] || null);
    }
    if (item.card || item.element) {
      item.card && dressCard(element, item.card);
      return;
    }
    const own = item.from === this.talk.own;
    element.dataset.state = item.state || "stored";
    element.dataset.seq = item.seq || "";
    element.toggleAttribute("data-run", isRun(item, after));
    const name = element.querySelector("[data-name]");
    name.classList.toggle("only-heard", own || this.quiet || isRun(before, item));
    element.querySelector("[data-mark]").textContent = own ? this.mark(item) : "";
  }

  make(item) {
    const element = item.element || (item.card ? makeCard(item.card, this.onWithdraw) : cloneOf("message"));
    this.shown.set(keyOf(item), element);
    if (item.card || item.element) {
      return element;
    }
    const own = item.from === this.talk.own;
    element.dataset.from = item.from;
    element.toggleAttribute("data-own", own);
    element.querySelector("[data-name]").textContent = own ? word("you") : item.name || this.nameOf(item);
    element.querySelector("[data-text]").textContent = item.text;
    const time = element.querySelector("[data-time]");
    time.dateTime = item.at;
    time.textContent = hourOf(item.at);
    return element;
  }

  // For a visitor only what is under way and the last that arrived are marked: the rest follows.
  mark(item) {
    if (item.state || this.marksEach) {
      return word(item.state || (item.seq <= this.talk.seenByOther ? "seen" : "sent"));
    }
    if (item.seq === lastOwn(this.talk, this.talk.seenByOther)) {
      return word("seen");
    }
    return item.seq === lastOwn(this.talk) ? word("sent") : "";
  }

  atEnd(height = this.scroller.clientHeight) {
    const { scrollHeight, scrollTop } = this.scroller;
    return scrollHeight - scrollTop - height < 80;
  }

  // A new card that is taller than the screen is read from where it begins.
  toEnd(card = null) {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    card?.offsetHeight > this.scroller.clientHeight && card.scrollIntoView();
  }
}

function keyOf(item) {
  return item.id || `#${item.seq}`;
}

function isRun(item, next) {
  return Boolean(item && next && item.from === next.from && new Date(next.at) - new Date(item.at) < RUN);
}
