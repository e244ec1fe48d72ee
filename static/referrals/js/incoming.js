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

// Shows the list as it stands now. Whom somebody is about to send back stays open, with what is written.
export function renewIncoming(place, comes) {
  if (place.textContent.trim() === (comes?.textContent.trim() || "")) {
    return;
  }
  const focused = document.activeElement;
  const open = new Map([...place.querySelectorAll("[data-talk] details[open]")]
    .map((details) => [details.closest("[data-talk]").dataset.talk, details]));
  place.replaceChildren(...(comes ? [comes] : []));
  place.querySelectorAll("[data-talk] details").forEach((details) => {
    details.replaceWith(open.get(details.closest("[data-talk]").dataset.talk) || details);
  });
  if (place.contains(focused)) {
    focused.focus();
  }
}

// Whoever comes from another line stands at the front: only a row that is new there is asked about, and one
// of theirs that is gone.
export function watchIncoming(onChange) {
  let timer = 0;
  new MutationObserver((changes) => {
    const added = changes.flatMap(({ addedNodes }) => [...addedNodes]);
    const isNew = added.some((row) => row.isConnected && !names.has(row.dataset.conversation)
      && (row === queue.firstElementChild || row.nextElementSibling));
    const removed = changes.flatMap(({ removedNodes }) => [...removedNodes]);
    const isGone = removed.some((row) => !row.isConnected && names.has(row.dataset.conversation));
    mark();
    if ((isNew || isGone) && !timer) {
      timer = setTimeout(() => {
        timer = 0;
        onChange({ isNew });
      }, SOON);
    }
  }).observe(queue, { childList: true });
}
