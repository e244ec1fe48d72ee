// A lead is told that somebody had an abusive talk; seen and decided on the page that it links to.
import { word } from "./words.js";

const find = (name) => document.querySelector(`[data-${name}]`);

export function showSupport(desk, { name }) {
  find("support-words").textContent += `${word("support", { name })} `;
  find("support").hidden = false;
}
