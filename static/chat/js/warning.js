// Asks before a message goes that looks as if it showed who somebody is. They may send it all the same.
// What it looks for is loaded beside the page: a browser that cannot read it still has the chat.
import { word } from "./words.js";

const list = new Intl.ListFormat(document.documentElement.lang, { type: "conjunction" });

export class Warning {
  // Where the line promises nothing about being anonymous there is no section, and nothing is asked.
  constructor(section, { onSend, onEdit }) {
    this.section = section;
    if (!section) {
      return;
    }
    import("./revealing.js").then((found) => {
      const known = found.knownOn(document);
      this.look = (text) => found.revealedIn(text, known);
    }, () => {});
    section.querySelector("[data-reveal-send]").addEventListener("click", () => this.answer(onSend));
    section.querySelector("[data-reveal-edit]").addEventListener("click", () => this.answer(onEdit));
    section.addEventListener("keydown", (event) => event.key === "Escape" && this.answer(onEdit));
  }

  // Says whether `text` is to wait for an answer.
  holds(text) {
    const found = this.look?.(text) || [];
    if (found.length) {
      const what = list.format(found.map((kind) => word(`reveal_${kind}`)));
      this.section.querySelector("[data-reveal-what]").textContent = word("reveal_what", { what });
      this.section.hidden = false;
      this.section.querySelector("[data-reveal-edit]").focus();
    }
    return found.length > 0;
  }

  answer(go) {
    this.hide();
    go();
  }

  hide() {
    if (this.section) {
      this.section.hidden = true;
    }
  }
}
