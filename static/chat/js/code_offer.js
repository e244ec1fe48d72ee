// The code to come back with: offered once the talk has begun, shown only to who wants it, and kept
// in the memory of this page alone. A page that is loaded again does not have it.
import { word } from "./words.js";

export class CodeOffer {
  constructor(section) {
    this.section = section;
    this.code = "";
    if (section) {
      this.watch("show", () => this.show());
      this.watch("hide", () => this.hide());
      this.watch("copy", () => this.copy());
      this.watch("decline", () => this.decline());
    }
  }

  watch(name, act) {
    this.part(name).addEventListener("click", act);
  }

  part(name) {
    return this.section.querySelector(`[data-code-${name}]`);
  }

  offer(code) {
    if (this.section && code) {
      this.code = code;
      this.section.hidden = false;
    }
  }

  show() {
    this.part("signs").textContent = this.code;
    this.turn({ isShown: true });
    this.part("hide").focus();
  }

  hide() {
    this.part("signs").textContent = "";
    this.turn({ isShown: false });
    this.part("show").focus();
  }

  turn({ isShown }) {
    this.part("closed").hidden = isShown;
    this.part("open").hidden = !isShown;
    this.part("said").textContent = "";
  }

  async copy() {
    const copied = await navigator.clipboard.writeText(this.code).then(() => true, () => false);
    this.part("said").textContent = word(copied ? "code_copied" : "code_not_copied");
  }

  decline() {
    this.forget();
    document.querySelector("[data-draft]").focus();
  }

  // Also at the end: it opens nothing then.
  forget() {
    this.code = "";
    if (this.section) {
      this.part("signs").textContent = "";
      this.section.hidden = true;
    }
  }
}
