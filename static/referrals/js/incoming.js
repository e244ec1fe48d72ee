// Who waits here and comes from another line: said at their place in the queue.
import { word } from "../../chat/js/words.js";

const SOON = 700;
const queue = document.querySelector("[data-queue]");
let names = new Map();

function mark() {
  queue.querySelectorAll("[data-conversation]").forEach((row) => {
    const name = names.get(row.dataset.conversation);
    const place = row.querySelector("[data-waiting-from]");
    if (name && !place) {
      const said = document.createElement("span");
      said.className = "waiting-from small";
      said.dataset.waitingFrom = "";
      said.textContent = word("incoming.from", { name });
      row.querySelector(".waiting-about").prepend(said);
    }
  });
}

export function markIncoming(list) {
  names = new Map([...list.querySelectorAll("[data-talk]")].map(({ dataset }) => [dataset.talk, dataset.name]));
  mark();
}

// Whoever comes from another line stands at the front: only a row that is new there is asked about.
export function watchIncoming(onNew) {
  let timer = 0;
  new MutationObserver((changes) => {
    const added = changes.flatMap(({ addedNodes }) => [...addedNodes]);
    const isNew = added.some((row) => row.isConnected && !names.has(row.dataset.conversation)
      && (row === queue.firstElementChild || row.nextElementSibling));
    mark();
    if (isNew && !timer) {
      timer = setTimeout(() => {
        timer = 0;
        onNew();
      }, SOON);
    }
  }).observe(queue, { childList: true });
}
