// Where else one can turn: numbers to call first, then other lines.
import { cloneOf, word } from "./words.js";

export function showElsewhere(place, alternatives) {
  place.replaceChildren(...(alternatives || []).map(lineOf));
}

// Now: a line that is closed helps nobody who waits.
export function openNow(alternatives) {
  return (alternatives || []).filter((one) => one.phone || one.open);
}

function lineOf({ name, phone, url, open }) {
  const element = cloneOf(phone ? "phone" : "contact");
  const standing = open ? word("line_open") : word("line_closed");
  element.querySelector("[data-contact-label]").textContent = phone ? name : standing;
  element.querySelector("[data-contact-value]").textContent = phone || name;
  element.querySelector("[data-contact-link]").href = phone ? `tel:${phone.replace(/[ -]/g, "")}` : hrefOf(url);
  return element;
}

function hrefOf(url) {
  return /^https?:\/\//.test(url) ? url : "#";
}
