// A place in the queue, and how long it may take, in words.
import { word } from "./words.js";

const SOON = 120;
const HOUR = 3600;

export function placeInWords(position) {
  return position === 1 ? word("place_first") : word("place", { position });
}

export function waitInWords(seconds) {
  if (typeof seconds !== "number") {
    return "";
  }
  if (seconds < SOON) {
    return word("wait_soon");
  }
  return seconds > HOUR ? word("wait_hour") : word("wait_minutes", { minutes: Math.round(seconds / 60) });
}
