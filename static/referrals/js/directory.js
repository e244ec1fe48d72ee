// The directory beside a talk: found while one types, and shown to the visitor by one press.
import { fetchPiece } from "../../chat/js/fetched.js";
import { word } from "../../chat/js/words.js";

const PAUSE = 150;
const root = document.querySelector("[data-directory]");
const find = (name) => root.querySelector(`[data-directory-${name}]`);
const [typed, list, said] = ["typed", "list", "said"].map(find);

let asked = 0;
let timer = 0;

// Of several answers only the last that was asked for is shown.
async function search() {
  asked += 1;
  const mine = asked;
  try {
    const piece = await fetchPiece(root.dataset.from, find("form"));
    if (mine === asked) {
      list.replaceChildren(piece);
      said.textContent = "";
    }
  } catch {
    if (mine === asked) {
      said.textContent = word("panel_away");
    }
  }
}

function show(to) {
  const detail = { kind: "signpost", content: { to } };
  const event = new CustomEvent("desk:card", { bubbles: true, cancelable: true, detail });
  said.textContent = find(root.dispatchEvent(event) ? "shown" : "nobody").textContent;
}

// Each time anew: who is open changes while a shift goes on.
root.closest("[data-panel]").addEventListener("panel:open", () => {
  search();
  typed.focus();
});
typed.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(search, PAUSE);
});
find("form").addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(timer);
  search();
});
root.addEventListener("click", (event) => {
  const button = event.target.closest("[data-show]");
  if (button) {
    show(button.dataset.show);
  }
});
