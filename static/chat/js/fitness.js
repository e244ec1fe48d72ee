// What keeps a member from taking talks, in the words of the page.
import { hasWord, word } from "./words.js";

function lackInWords({ group, why }) {
  const name = hasWord(`lack.${why}`) ? `lack.${why}` : "lack.absent";
  return word(name, { what: word(`asked.${group}`) || group });
}

function lacksInWords(missing) {
  return word("lacking", { lacks: missing.map(lackInWords).join("; ") });
}

export function refusalInWords(frame, name) {
  return frame.missing?.length ? lacksInWords(frame.missing) : word(name);
}

// What is not missing any more is not said any more; the switch stays as it is.
export function showFitness(readiness, missing = []) {
  readiness.refuse(missing.length ? lacksInWords(missing) : "");
}

// Papers have changed since the page was made; the next one says what still runs out.
export function hideWarnings() {
  document.querySelector("[data-papers]")?.setAttribute("hidden", "");
}
