// A colleague of the counsellor reads along: said for as long as it is so, and read aloud.
import { word } from "./words.js";

export function tellReading(page, value) {
  const place = document.querySelector("[data-reading]");
  if (place.hidden === !value) {
    return;
  }
  place.hidden = !value;
  page.announce(word(value ? "reading" : "reading_over"));
}
