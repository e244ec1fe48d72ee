// How long a message may be. What is too long, pasted for instance, is kept and not cut off.
import { word } from "./words.js";

export const LONGEST = 4000;
const TELLS_FROM = 3500;

export class Length {
  constructor(form) {
    this.count = form.querySelector("[data-count]");
    this.tooLong = form.querySelector("[data-too-long]");
  }

  // Counted as the server counts: composed characters, each once however wide it is. Says whether it is too long.
  show(text) {
    const length = text.length > TELLS_FROM ? [...text.normalize("NFC")].length : 0;
    const over = length - LONGEST;
    this.count.hidden = length <= TELLS_FROM || over > 0;
    this.count.textContent = this.count.hidden ? "" : word("count", { left: -over });
    this.tooLong.hidden = over <= 0;
    this.tooLong.textContent = over > 0 ? word("too_long", { over }) : "";
    return over > 0;
  }
}
