// Quick phrases: a slash and some letters, or the list. What is chosen becomes text in the field.
import { cloneOf, word } from "./words.js";

const template = document.querySelector("template[data-all-phrases]");
const ALL = [...template.content.querySelectorAll("[data-phrase]")].map((one) => ({
  name: one.dataset.phrase, language: one.lang, text: one.textContent,
}));
const ASKED = /(?:^|\s)\/([\p{L}\p{N}-]{0,40})$/u;
let lists = 0;

// Nothing where the line has none in the talk's language.
export function phrasesOf(pane, language) {
  const all = ALL.filter((one) => one.language === language);
  pane.find("phrases-open").hidden = !all.length;
  return all.length ? new Phrases(pane, all) : null;
}

class Phrases {
  constructor(pane, all) {
    lists += 1;
    this.name = `phrases-${lists}`;
    this.place = pane.find("phrases");
    this.list = pane.find("phrases-list");
    this.said = pane.find("phrases-said");
    this.button = pane.find("phrases-open");
    this.field = pane.find("draft");
    this.all = all;
    this.found = [];
    this.list.id = this.name;
    this.field.setAttribute("aria-autocomplete", "list");
    this.button.addEventListener("click", () => this.toggle());
    this.field.addEventListener("input", () => this.typed());
    this.field.addEventListener("blur", () => this.close());
    // Before the field itself hears it: Enter chooses here, and sends nothing.
    pane.element.addEventListener("keydown", (event) => this.key(event), true);
    // The field keeps the focus, and the place where the phrase goes.
    [this.place, this.button].forEach((part) => part.addEventListener("mousedown", (event) => event.preventDefault()));
  }

  asked() {
    return ASKED.exec(this.field.value.slice(0, this.field.selectionStart))?.[1];
  }

  typed() {
    const letters = this.asked()?.toLocaleLowerCase();
    const isNamed = ({ name }) => name.startsWith(letters);
    this.show(letters === undefined ? [] : this.all.filter(isNamed), letters);
  }

  toggle() {
    const opens = this.place.hidden;
    this.field.focus();
    this.show(opens ? this.all : []);
  }

  show(found, letters = "") {
    if (!found.length && this.place.hidden) {
      return;
    }
    this.found = found;
    this.list.replaceChildren(...found.map((one, index) => {
      return optionOf(one, `${this.name}-${index}`, () => this.choose(index));
    }));
    this.place.hidden = !found.length;
    this.button.setAttribute("aria-expanded", String(Boolean(found.length)));
    this.said.textContent = found.length ? word("phrases_found", { count: found.length, letters }) : "";
    this.mark(0);
  }

  mark(index) {
    this.at = index;
    const options = [...this.list.children];
    options.forEach((option, place) => option.setAttribute("aria-selected", String(place === index)));
    options[index]?.scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", options[index]?.id || "");
  }

  key(event) {
    const { length } = this.found;
    const does = {
      ArrowDown: () => this.mark((this.at + 1) % length),
      ArrowUp: () => this.mark((this.at + length - 1) % length),
      Enter: () => this.choose(this.at),
      Tab: () => this.choose(this.at),
      Escape: () => this.close(),
    };
    const isPlain = !event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.isComposing;
    if (length && isPlain && event.target === this.field && Object.hasOwn(does, event.key)) {
      event.preventDefault();
      event.stopPropagation();
      does[event.key]();
    }
  }

  choose(index) {
    const { text } = this.found[index];
    const letters = this.asked();
    const end = this.field.selectionEnd;
    const start = letters === undefined ? this.field.selectionStart : end - letters.length - 1;
    this.close();
    this.field.focus();
    this.field.setRangeText(text, start, end, "end");
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  close() {
    this.show([]);
  }
}

function optionOf({ name, text, language }, id, onChoose) {
  const option = cloneOf("phrase");
  option.id = id;
  option.querySelector("[data-phrase-name]").textContent = `/${name}`;
  const words = option.querySelector("[data-phrase-text]");
  words.textContent = text;
  words.lang = language;
  option.addEventListener("click", onChoose);
  return option;
}
