// Who has read how far: computed from a talk, kept nowhere.
import { word } from "./words.js";

export function lastOf(talk, isOne, through = Infinity) {
  let last = 0;
  for (const [seq, message] of talk.messages) {
    last = isOne(message) && seq <= through && seq > last ? seq : last;
  }
  return last;
}

export function lastOwn(talk, through) {
  return lastOf(talk, (message) => message.from === talk.own, through);
}

export function lastFromOther(talk) {
  return lastOf(talk, (message) => message.from !== talk.own);
}

// Who has answered has read what stood before the answer.
export function unreadIn(talk) {
  const read = Math.max(talk.seenByMe, lastOwn(talk));
  return [...talk.messages].filter(([seq, message]) => message.from === "visitor" && seq > read).length;
}

export function showUnread(place, talk) {
  const count = unreadIn(talk);
  place.hidden = !count;
  place.textContent = String(count);
  place.setAttribute("aria-label", word("unread", { count }));
}

// What a talk is called on the telephone, as in retention/vault/records.py.
export function referenceOf(conversation) {
  const told = conversation.slice(0, 8).toUpperCase();
  return `${told.slice(0, 4)}-${told.slice(4)}`;
}
