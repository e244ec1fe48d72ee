// What is told while the counsellor steps aside: a sentence of the page's, or the counsellor's own.
import { hasWord, word } from "./words.js";

export function isOwnNote(note) {
  return Boolean(note) && !hasWord(`note.${note}`);
}

export function noteInWords(note) {
  return isOwnNote(note) ? note : word(`note.${note || "looking_up"}`);
}
