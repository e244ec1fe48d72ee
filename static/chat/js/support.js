// A lead is told that somebody had an abusive talk; who it was stands on the page that it links to.
import { word } from "./words.js";

const find = (name) => document.querySelector(`[data-${name}]`);

export function showSupport() {
  find("support-words").textContent = word("support");
  find("support").hidden = false;
}
