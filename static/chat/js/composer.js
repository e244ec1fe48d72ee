// The field in which one writes. The draft lives in the field and nowhere else.
import { Length } from "./length.js";

const SAYS_TYPING_EVERY = 3000;
const hasKeyboard = matchMedia("(hover: hover) and (pointer: fine)");

export class Composer {
  constructor(form, { onSay, onTyping, holds = () => false }) {
    this.form = form;
    this.field = form.querySelector("[data-draft]");
    this.button = form.querySelector("[data-send]");
    this.onSay = onSay;
    this.onTyping = onTyping;
    this.holds = holds;
    this.toldAt = 0;
    this.length = new Length(form);
    form.addEventListener("submit", (event) => this.submit(event));
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.field.addEventListener("input", () => this.typed());
    this.typed();
  }

  key(event) {
    const sends = event.key === "Enter" && !event.shiftKey && !event.isComposing;
    if (sends && hasKeyboard.matches) {
      this.submit(event);
    }
  }

  draft() {
    return this.field.value.replaceAll("\0", "").trim();
  }

  typed() {
    const empty = !this.draft();
    this.isTooLong = this.length.show(this.draft());
    this.button.setAttribute("aria-disabled", String(empty || this.isTooLong));
    if (!empty && Date.now() - this.toldAt > SAYS_TYPING_EVERY) {
      this.toldAt = Date.now();
      this.onTyping();
    }
  }

  submit(event) {
    event.preventDefault();
    if (!this.isTooLong && !this.holds(this.draft())) {
      this.say();
    }
  }

  say() {
    const text = this.draft();
    if (text && !this.isTooLong) {
      this.clear();
      this.onSay(text);
    }
    this.field.focus();
  }

  clear() {
    this.field.value = "";
    this.toldAt = 0;
    this.typed();
  }
}
