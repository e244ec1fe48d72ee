// What happens in a talk besides messages, each with its time: built from frames, and in this
// page's memory alone. It stands among the messages, so a screen reader says it as it says those.
import { hourOf } from "./hour.js";
import { lastOf } from "./reading.js";
import { cloneOf, word } from "./words.js";

const MOST = 200;
const timelines = new WeakMap();

export function happen(talk, name, { at = Date.now(), after = lastOf(talk, () => true), ...values } = {}) {
  const events = timelines.get(talk) || [];
  const number = (events.at(-1)?.number || 0) + 1;
  const seq = Math.max(after, talk.erasedThrough) + 0.75;
  const element = elementOf(word(`event.${name}`, values), new Date(at));
  events.push({ id: `event-${number}`, number, name, from: "event", seq, element });
  timelines.set(talk, events.slice(-MOST));
}

function elementOf(text, at) {
  const element = cloneOf("event");
  const time = element.querySelector("[data-event-time]");
  time.dateTime = at.toISOString();
  time.textContent = hourOf(at);
  element.querySelector("[data-event-text]").textContent = text;
  return element;
}

// Each event before the first message that came after it.
export function withEvents(talk, items) {
  const events = timelines.get(talk) || [];
  const merged = [];
  let next = 0;
  // That it was erased stands once, and where it is known when, with its time.
  const isTold = events.some((event) => event.name === "erased");
  for (const item of items.filter((one) => !isTold || one.id !== "erased")) {
    while (next < events.length && (item.state || item.seq > events[next].seq)) {
      merged.push(events[next]);
      next += 1;
    }
    merged.push(item);
  }
  return merged.concat(events.slice(next));
}

// What a frame tells of a talk, before it is heard: afterwards nothing tells that it is news.
const tells = {
  // Who has gone on to another line has not dropped off this one.
  line: (pane, { who, up }) => who === "visitor" && up !== pane.isUp
    && (up ? "back" : !pane.element.hasAttribute("data-passed-on") && "dropped"),
  erased: (pane, { through }) => through > pane.talk.erasedThrough && "erased",

  state(pane, { state }) {
    const isPaused = state === "paused";
    return ["active", "paused"].includes(state) && isPaused !== pane.paused && (isPaused ? "paused" : "resumed");
  },

  card(pane, { id, version, state }) {
    const known = pane.talk.cards.get(id);
    return version > (known?.version || 0) && state !== known?.state && `card_${state}`;
  },

  consult: (pane, { n }) => n === 1 && "asked",
  offer: (pane, { state }) => ["offered", "declined", "withdrawn", "expired"].includes(state) && `offer_${state}`,
};

function note(pane, type, frame) {
  const name = pane && !pane.ended && Object.hasOwn(tells, type) && tells[type](pane, frame);
  if (name) {
    happen(pane.talk, name);
  }
}

export function noteEvents({ panes }, frame) {
  note(panes.get(frame.conversation), frame.type, frame);
  // What has changed while this line was down.
  for (const one of frame.type === "welcome" ? frame.conversations : []) {
    note(panes.get(one.conversation), "line", { who: "visitor", up: one.line });
    note(panes.get(one.conversation), "state", one);
  }
}

// A talk that has just been taken; `since` is when its visitor came, where that is known.
export function begin(pane, since) {
  if (since) {
    happen(pane.talk, "came", { at: since, after: 0 });
  }
  happen(pane.talk, "taken");
  pane.show();
}
