// Cards in a talk: where they stand among the messages, and how each kind looks.
import { cloneOf, hasWord, word } from "./words.js";

// The order in which one may turn to somebody: a voice first.
const WAYS = Object.freeze({
  phone: (value) => `tel:${value.replace(/[ -]/g, "")}`,
  sms: (value) => `sms:${value.replace(/[ -]/g, "")}`,
  email: (value) => `mailto:${value}`,
  url: (value) => (/^https?:\/\//.test(value) ? value : "#"),
});

// Of kinds that show more: `{make(card), dress(element, card)}`.
const looks = new Map();

export const giveLook = (kind, look) => looks.set(kind, look);

// A card may come in several versions and in any order: the newest stands.
export function hearCard(talk, card) {
  if ((talk.cards.get(card.id)?.version || 0) < card.version) {
    talk.cards.set(card.id, card);
  }
}

export function hearCards(talk, cards) {
  (cards || []).forEach((card) => hearCard(talk, card));
}

// Among the stored messages, each card after the last message that it came after. Of a kind that this
// page does not know nothing is shown.
export function placed(messages, cards) {
  const known = [...cards.values()].filter(({ kind }) => looks.has(kind) || hasWord(`card.${kind}`));
  const items = [...messages, ...known.map((card) => ({ id: card.id, seq: card.after + 0.5, card }))];
  return items.sort((one, other) => one.seq - other.seq);
}

export function makeCard(card, onWithdraw) {
  const look = looks.get(card.kind);
  if (look) {
    return look.make(card, onWithdraw);
  }
  const element = cloneOf("card");
  element.dataset.kind = card.kind;
  const withdraw = element.querySelector("[data-card-withdraw]");
  withdraw?.addEventListener("click", () => onWithdraw(card.id));
  return element;
}

export function dressCard(element, card) {
  const look = looks.get(card.kind);
  if (look) {
    look.dress(element, card);
    return;
  }
  const find = (name) => element.querySelector(`[data-card-${name}]`);
  const isOpen = card.state === "offered";
  element.dataset.state = card.state;
  find("title").textContent = word(`card.${card.kind}`);
  find("name").textContent = card.name || "";
  find("text").textContent = card.text || "";
  find("note").textContent = hasWord(`card.${card.state}`) ? word(`card.${card.state}`) : "";
  find("ways").hidden = !["offered", "answered"].includes(card.state);
  showWays(find("ways"), card);
  if (find("withdraw")) {
    find("withdraw").hidden = !isOpen;
  }
}

export function showWays(place, card) {
  if (!place.childElementCount) {
    place.append(...Object.keys(WAYS).filter((way) => card[way]).map((way) => wayOf(way, card[way])));
  }
}

function wayOf(way, value) {
  const element = cloneOf("way");
  const link = element.querySelector("[data-way]");
  link.href = WAYS[way](value);
  link.target = way === "url" ? "_blank" : "_self";
  link.textContent = word(`way.${way}`, { value: value.replace(/^https?:\/\//, "").replace(/\/$/, "") });
  return element;
}
