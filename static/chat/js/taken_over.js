// Another counsellor has taken over: said where it stands with whom one talks, and read aloud.
import { word } from "./words.js";

export function tellTakenOver(page) {
  document.querySelector("[data-with-note]").textContent = word("handed_over");
  page.announce(word("handed_over"));
}
