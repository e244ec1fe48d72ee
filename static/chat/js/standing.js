// On the front page: how long the wait is now, and whether open has become closed.
import { word } from "./words.js";
import { waitInWords } from "./waiting.js";

const EVERY = 60000;

export function watchStanding({ isIdle }) {
  const hero = document.querySelector("[data-open]");
  const line = document.querySelector("[data-wait]");

  async function ask(reloads) {
    const answer = await fetch("/api/status", { credentials: "omit" }).catch(() => null);
    if (!answer || !answer.ok || !isIdle()) {
      return;
    }
    const status = await answer.json();
    if (reloads && status.open !== (hero.dataset.open === "yes")) {
      location.reload();
    } else if (line) {
      line.textContent = inWords(status);
    }
  }

  ask(false);
  setInterval(() => document.hidden || !isIdle() || ask(true), EVERY);
}

function inWords({ accepting, waiting, wait_seconds: seconds }) {
  if (accepting === false) {
    return word("start_full");
  }
  return waiting ? `${word("queue_some", { waiting })} ${waitInWords(seconds)}` : word(seconds === null ? "wait_unknown" : "queue_none");
}
