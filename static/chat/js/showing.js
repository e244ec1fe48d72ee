// A talk that is shown to the colleague who is asked about it: switched on and off beside the talk, and
// read in the side column. The visitor is told for as long as it is shown.
import { hourOf } from "./hour.js";
import { cloneOf, word } from "./words.js";

const part = (element, name) => element.querySelector(`[data-side-${name}]`);

export function watchShowing(element, frame, line) {
  const button = part(element, "show");
  button.hidden = !frame.may_show;
  button.addEventListener("click", () => {
    const type = element.dataset.reading ? "consult_hide" : "consult_show";
    line.send({ type, consult: frame.consult, ref: "side" });
  });
  part(element, "talk-name").textContent = word("shown.talk", { name: element.dataset.other });
  markReading(element, frame.shown);
}

function markReading(element, value) {
  const name = element.dataset.other;
  element.dataset.reading = value ? "yes" : "";
  part(element, "show").textContent = word(value ? "shown.stop" : "shown.start", { name });
  part(element, "shown").hidden = !value;
  part(element, "shown").textContent = value ? word("shown.told", { name }) : "";
}

export function showReading(desk, frame) {
  const element = desk.panes.get(frame.conversation)?.element.querySelector("[data-side-thread]");
  element && markReading(element, frame.value);
}

const threadOf = ({ consult }) => document.querySelector(`[data-asked] [data-consult="${consult}"]`);

// A page of what was written, or one message more; what stands there already stays.
export function showTalk(_, frame) {
  const element = threadOf(frame);
  if (!element) {
    return;
  }
  const lines = part(element, "talk-lines");
  const before = Number(lines.lastElementChild?.dataset.seq || 0);
  part(element, "talk").hidden = false;
  for (const one of (frame.messages || [frame]).filter(({ seq }) => seq > before)) {
    const item = cloneOf("side-line");
    item.dataset.seq = one.seq;
    item.querySelector("[data-line-who]").textContent = `${word(`shown.${one.from}`)} ${hourOf(one.at)}`;
    item.querySelector("[data-line-text]").textContent = one.text;
    lines.append(item);
  }
  lines.scrollTop = lines.scrollHeight;
}

function clear(element) {
  part(element, "talk").hidden = true;
  part(element, "talk-lines").replaceChildren();
}

export function hideTalk(_, frame) {
  const element = threadOf(frame);
  element && clear(element);
}

// A window that is back is shown anew what it may still read.
export function hideTalks() {
  document.querySelectorAll("[data-asked] [data-side-thread]").forEach(clear);
}
