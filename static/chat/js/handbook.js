// The handbook beside a talk: found while one types, read, and quoted paragraph by paragraph.
import { fetchPiece } from "./fetched.js";
import { word } from "./words.js";

const PAUSE = 150;
const root = document.querySelector("[data-handbook]");
const find = (name) => root.querySelector(`[data-handbook-${name}]`);
const [typed, list, article] = ["typed", "list", "article"].map(find);

let asked = 0;
let timer = 0;

// Of several answers only the last that was asked for is shown.
async function show(place, address, form) {
  asked += 1;
  const mine = asked;
  try {
    const piece = await fetchPiece(address, form);
    if (mine === asked) {
      place.replaceChildren(piece);
      find("said").textContent = "";
      turnTo(place);
    }
    return mine === asked;
  } catch {
    if (mine === asked) {
      find("said").textContent = word("panel_away");
    }
    return false;
  }
}

function turnTo(place) {
  list.hidden = place !== list;
  article.hidden = find("foot").hidden = place !== article;
}

const search = () => show(list, root.dataset.from, find("form"));

async function read(slug) {
  if (await show(article, `${root.dataset.from}${encodeURIComponent(slug)}/`)) {
    article.scrollTop = 0;
    article.focus();
  }
}

function quote(text) {
  const { name } = article.firstElementChild.dataset;
  const event = new CustomEvent("desk:quote", {
    bubbles: true, cancelable: true, detail: { text, name },
  });
  find("said").textContent = root.dispatchEvent(event) ? "" : word("quote_no_talk");
}

// What is marked within the article, and nowhere else.
function marked() {
  const selection = getSelection();
  const inside = [selection.anchorNode, selection.focusNode].every((node) => node && article.contains(node));
  return inside ? selection.toString().trim() : "";
}

root.closest("[data-panel]").addEventListener("panel:open", () => {
  if (!list.childElementCount) {
    search();
  }
  (article.hidden ? typed : article).focus();
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
  const link = event.target.closest("a[data-article]");
  const button = event.target.closest("[data-quote]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    read(link.dataset.article);
  } else if (button) {
    quote(button.dataset.quote);
  }
});
find("back").addEventListener("click", () => {
  asked += 1;
  turnTo(list);
  typed.focus();
});
document.addEventListener("selectionchange", () => {
  find("marked").hidden = !marked();
});
// A press must not take away what is marked before it is read.
find("marked").addEventListener("pointerdown", (event) => event.preventDefault());
find("marked").addEventListener("click", () => quote(marked()));
