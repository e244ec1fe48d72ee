// Who else is at the desk, and what they want: the frames, and where each belongs.
import { clearThread, closeThread, showThread, watchAsking } from "./consulting.js";
import { hearOffer, showOffers, watchGiving } from "./handover.js";
import { hideTalk, hideTalks, showReading, showTalk } from "./showing.js";
import { hasWord, word } from "./words.js";

let here = [];
let asking = null;

export const nameOf = (id, fallback = "") => here.find((one) => one.id === id)?.name || fallback;

export function watchColleagues(pane, line) {
  const forms = { ask: "consult", give: "transfer" };
  for (const [name, ref] of Object.entries(forms)) {
    pane.find(name).addEventListener("toggle", () => refuse(pane.find(name), ""));
    pane.find(`${name}-form`).addEventListener("submit", () => (asking = { sheet: pane.find(name), ref }));
  }
  watchAsking(pane, line);
  watchGiving(pane, line);
  pane.element.querySelectorAll("[data-colleagues]").forEach(fill);
}

function fill(select) {
  const chosen = select.value;
  const first = new Option(word(here.length ? "colleague.choose" : "colleague.nobody"), "");
  const options = here.map(({ id, name, title, ready }) => {
    const label = title ? `${name}, ${title}` : name;
    return new Option(ready ? label : word("colleague.not_ready", { name: label }), id);
  });
  select.replaceChildren(first, ...options);
  select.value = here.some(({ id }) => id === chosen) ? chosen : "";
}

function become(desk, colleagues) {
  here = colleagues;
  document.querySelectorAll("[data-pane] [data-colleagues]").forEach((select) => {
    // A list that is open is left alone; it is filled when it is closed.
    if (document.activeElement !== select) {
      fill(select);
    } else {
      select.addEventListener("blur", () => fill(select), { once: true });
    }
  });
}

function refuse(sheet, text) {
  const place = sheet.querySelector("[data-refused]");
  place.textContent = text;
  place.hidden = !text;
}

// Returns whether the refusal was about a colleague, and has been shown where it was asked for.
export function refusedByColleague(frame) {
  const isOurs = asking && frame.ref === asking.ref;
  if (isOurs) {
    const name = hasWord(`refused.${frame.code}`) ? `refused.${frame.code}` : `error.${frame.code}`;
    refuse(asking.sheet, word(hasWord(name) ? name : "error.not_allowed"));
  }
  return Boolean(isOurs);
}

export function welcomeColleagues(desk, frame) {
  become(desk, frame.colleagues);
  showOffers(desk, frame.offers || []);
  const open = new Set((frame.consults || []).map((one) => one.consult));
  document.querySelectorAll("[data-side-thread]").forEach((element) => open.has(element.dataset.consult) || element.remove());
  hideTalks();
  (frame.consults || []).forEach(({ lines, ...names }) => {
    lines.forEach((line, at) => {
      const type = line.by === "asker" ? "consult" : "consult_reply";
      showThread(desk, { ...names, type, n: at + 1, text: line.text });
    });
    showReading(desk, { conversation: names.conversation, value: names.shown });
  });
}

export function endPane(pane, text = "", isOver = false) {
  pane.end(isOver);
  clearThread(pane);
  pane.find("offer-out").hidden = true;
  if (text) {
    pane.tell(text);
  }
}

export const colleagueHears = {
  colleagues: (desk, frame) => become(desk, frame.colleagues),
  consult: showThread,
  consult_reply: showThread,
  consult_closed: closeThread,
  offer: hearOffer,
  reading: showReading,
  shown: showTalk,
  hidden: hideTalk,
};

export const releasedTo = (pane, frame) => endPane(pane, word("released_note", { name: nameOf(frame.to, word("colleague.somebody")) }));
