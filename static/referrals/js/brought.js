// What has come along from another line: at both sides of the talk exactly the same.
import { cloneOf, word } from "../../chat/js/words.js";

// More than this is folded away.
const SHORT = 400;
const nameOf = ({ from }) => from?.name || from || "";

export const broughtLook = (words = "brought") => ({
  make(card) {
    const element = cloneOf("brought");
    const find = (name) => element.querySelector(`[data-brought-${name}]`);
    const part = card.parts > 1 ? word("brought.part", card) : "";
    find("title").textContent = [word(`${words}.from`, { name: nameOf(card) }), part].filter(Boolean).join(" · ");
    find("what").textContent = word(`${words}.${card.choice}`);
    const lines = card.messages || (card.summary ? [{ text: card.summary }] : []);
    find("more").hidden = !lines.length;
    find("more").open = lines.reduce((sum, { text }) => sum + text.length, 0) <= SHORT;
    find("lines").append(...lines.map(lineOf));
    return element;
  },
  dress() {},
});

function lineOf({ from, text }) {
  const element = cloneOf("brought-line");
  const who = element.querySelector("[data-line-who]");
  who.textContent = from ? word(`brought.by.${from}`) : "";
  who.hidden = !from;
  element.querySelector("[data-line-text]").textContent = text;
  return element;
}
