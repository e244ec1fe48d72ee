// A thread with one colleague: beside the talk for who asks, in the side column for who is asked.
import { watchShowing } from "./showing.js";
import { cloneOf, word } from "./words.js";

let line = null;

export function watchAsking(pane, own) {
  line = own;
  const { conversation } = pane.talk;
  const form = pane.find("ask-form");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const colleague = form.querySelector("[data-colleagues]").value;
    const text = pane.find("ask-words").value.trim();
    if (colleague && text) {
      line.send({ type: "consult", conversation, colleague, text, ref: "consult" });
    }
  });
}

const find = (consult) => document.querySelector(`[data-side-thread][data-consult="${consult}"]`);

// Returns the element of a thread, made anew where there is none; null where it has no place.
function elementOf(desk, frame) {
  const found = find(frame.consult);
  const pane = frame.conversation && desk.panes.get(frame.conversation);
  if (found || (frame.conversation && (!pane || pane.ended))) {
    return found;
  }
  const element = cloneOf("side-thread");
  const other = frame.conversation ? frame.to : frame.from;
  Object.assign(element.dataset, { consult: frame.consult, other: other.name, shown: 0 });
  const part = (name) => element.querySelector(`[data-side-${name}]`);
  part("name").textContent = word(pane ? "colleague.you_ask" : "colleague.asks_you", { name: other.name });
  part("words").setAttribute("aria-label", word("colleague.write_to", { name: other.name }));
  part("close").textContent = word(pane ? "colleague.close" : "colleague.cannot");
  part("close").addEventListener("click", () => putAway(element, frame.consult));
  part("form").addEventListener("submit", (event) => {
    event.preventDefault();
    say(frame, part("words"));
  });
  watchShowing(element, frame, line);
  if (pane) {
    clearThread(pane);
    pane.find("thread-place").append(element);
  } else {
    document.querySelector("[data-asked]").append(element);
  }
  return element;
}

function say(frame, field) {
  const text = field.value.trim();
  const { consult, conversation, to } = frame;
  const said = conversation
    ? { type: "consult", conversation, colleague: to.id, text }
    : { type: "consult_reply", consult, text };
  if (text && line.send({ ...said, ref: "side" })) {
    field.value = "";
  }
}

function putAway(element, consult) {
  if (element.dataset.closed || !line.send({ type: "consult_close", consult, ref: "side" })) {
    element.remove();
  }
}

export function showThread(desk, frame) {
  line = desk.line;
  const element = elementOf(desk, frame);
  if (!element || frame.n <= Number(element.dataset.shown)) {
    return;
  }
  element.dataset.shown = frame.n;
  const isMine = Boolean(frame.conversation) === (frame.type === "consult");
  const item = cloneOf("side-line");
  item.querySelector("[data-line-who]").textContent = isMine ? word("you") : element.dataset.other;
  item.querySelector("[data-line-text]").textContent = frame.text;
  item.toggleAttribute("data-is-mine", isMine);
  const lines = element.querySelector("[data-side-lines]");
  lines.append(item);
  lines.scrollTop = lines.scrollHeight;
  const answered = isMine || frame.conversation;
  element.querySelector("[data-side-close]").textContent = word(answered ? "colleague.close" : "colleague.cannot");
  if (isMine && frame.n === 1 && frame.conversation) {
    const pane = desk.panes.get(frame.conversation);
    pane.find("ask").open = false;
    pane.find("ask-words").value = "";
  }
}

// What is about a talk is gone with it, and with the thread for who was asked.
export function closeThread(desk, frame) {
  const element = find(frame.consult);
  const mine = frame.by === (frame.conversation ? "asker" : "colleague");
  if (!element || mine || frame.by === "talk") {
    element?.remove();
    return;
  }
  const note = element.querySelector("[data-side-note]");
  const name = frame.conversation ? `closed.${frame.by}` : "closed.other";
  note.textContent = word(name, { name: element.dataset.other });
  note.hidden = false;
  element.dataset.closed = "yes";
  element.querySelector("[data-side-form]").hidden = true;
  element.querySelector("[data-side-show]").hidden = true;
  element.querySelector("[data-side-close]").textContent = word("colleague.put_away");
  if (!frame.conversation) {
    element.querySelector("[data-side-lines]").replaceChildren();
  }
}

export function clearThread(pane) {
  pane.find("thread-place").replaceChildren();
}
