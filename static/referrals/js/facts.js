// What the card tells of the other line, on the visitor's page and on the desk alike.
import { showWays } from "../../chat/js/cards.js";
import { cloneOf, hasWord, word } from "../../chat/js/words.js";

// What weighs most when somebody chooses; the rest is folded away.
const FIRST = new Set(["hours", "who", "kept", "address", "erase"]);
const SOON = 120;
const HOUR = 3600;

export const part = (element, name) => element.querySelector(`[data-referral-${name}]`);

function waitInWords(seconds) {
  if (typeof seconds !== "number") {
    return word("there.wait_unknown");
  }
  if (seconds < SOON) {
    return word("there.wait_soon");
  }
  return seconds > HOUR ? word("there.wait_hour") : word("there.wait_minutes", { minutes: Math.round(seconds / 60) });
}

export function standingInWords({ open, wait_seconds: seconds, mode }) {
  if (!open) {
    return word("there.closed");
  }
  return mode === "signpost" ? word("there.open") : `${word("there.open")} ${waitInWords(seconds)}`;
}

function say(place, text) {
  place.textContent = text || "";
  place.parentElement.hidden = !text;
}

export function showFacts(element, card) {
  part(element, "name").textContent = card.name;
  part(element, "why").textContent = card.why || "";
  part(element, "standing").textContent = standingInWords(card);
  part(element, "standing").dataset.open = card.open ? "yes" : "no";
  say(part(element, "criteria"), card.criteria);
  // Where it is not the same as here, the table says who answers.
  const isTold = card.mode === "live" && card.differs.some(({ what }) => what === "who");
  const who = isTold ? [] : card.who || [];
  part(element, "who").append(...who.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
  part(element, "who").parentElement.hidden = !who.length;
  showNumbers(part(element, "ways"), card);
  showDifferences(element, card);
}

// A voice first: numbers before the door.
function showNumbers(place, { phones = [], phone, url, mode }) {
  if (mode === "live") {
    return;
  }
  part(place.parentElement, "why").after(place);
  for (const one of phones) {
    const holder = document.createElement("ul");
    showWays(holder, one);
    const item = holder.firstElementChild;
    item.prepend(Object.assign(document.createElement("span"), { className: "way-name", textContent: one.name }));
    place.append(item);
  }
  const door = document.createElement("ul");
  showWays(door, { phone: phones.some((one) => one.phone === phone) ? "" : phone, url });
  place.append(...door.children);
}

function showDifferences(element, { differs = [], mode }) {
  const told = mode === "live" ? differs : differs.filter(({ what }) => what === "hours");
  const rest = told.filter(({ what }) => !FIRST.has(what));
  part(element, "differs").hidden = !told.length;
  part(element, "table").append(...told.filter(({ what }) => FIRST.has(what)).map(differenceOf));
  part(element, "more").hidden = !rest.length;
  part(element, "more-table").append(...rest.map(differenceOf));
}

function differenceOf({ what, here, there }) {
  const body = cloneOf("difference");
  const find = (name) => body.querySelector(`[data-difference-${name}]`);
  find("what").textContent = hasWord(`differs.${what}`) ? word(`differs.${what}`) : word("differs.other");
  find("here").textContent = here || "–";
  find("there").textContent = there || "–";
  return body;
}
