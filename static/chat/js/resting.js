// A rest: nobody new is given, and the page says until when. Over by itself, or earlier by a word.
import { word } from "./words.js";

const find = (name) => document.querySelector(`[data-${name}]`);
let timer = 0;

export function showRest(desk, { seconds }) {
  clearTimeout(timer);
  find("rest").hidden = !seconds;
  desk.readiness.rest(seconds > 0);
  if (seconds) {
    const until = new Date(Date.now() + seconds * 1000);
    const time = until.toLocaleTimeString(document.body.dataset.language, { hour: "2-digit", minute: "2-digit" });
    find("rest-words").textContent = word("rest", { time });
    timer = setTimeout(() => showRest(desk, { seconds: 0 }), seconds * 1000 + 500);
  }
}

export function watchRest(line) {
  find("back").addEventListener("click", () => line.send({ type: "back", ref: "back" }));
}
