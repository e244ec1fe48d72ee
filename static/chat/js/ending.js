// The closing sheet: why a talk ends and what it was about. Enter alone ends it in the usual way.
import { confirmed } from "./confirm.js";

const sheet = document.querySelector('[data-confirm="close"]');
const form = sheet.querySelector("form");
let chosen = {};

function read() {
  const said = new FormData(form);
  const texts = ["reason", "category", "identifiable"].filter((name) => said.get(name));
  const marks = ["heavy", "cool_down"].filter((name) => said.has(name));
  return Object.fromEntries([
    ...texts.map((name) => [name, said.get(name)]),
    ...marks.map((name) => [name, true]),
  ]);
}

// A pause is offered where the reason is abuse, and forgotten with another one.
function offerPause() {
  const pause = form.querySelector("[data-cool-down]");
  if (pause) {
    pause.hidden = !form.querySelector("[data-abusive]:checked");
    pause.querySelector("input").disabled = pause.hidden;
  }
}

form.addEventListener("change", offerPause);

// When it is sent: a sheet that is opened again at once begins anew before the answer is heard.
form.addEventListener("submit", () => {
  chosen = read();
});

// Returns what `close` says besides the talk, or nothing where one thinks better of it.
export async function askToEnd() {
  if (!sheet.open) {
    form.reset();
    offerPause();
  }
  return (await confirmed("close")) ? chosen : null;
}
