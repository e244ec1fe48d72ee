// A place in the queue, how long it may take, and what closing time means for it, in words.
import { openNow, showElsewhere } from "./elsewhere.js";
import { word } from "./words.js";

const SOON = 120;
const HOUR = 3600;
const find = (name) => document.querySelector(`[data-${name}]`);
const clock = new Intl.DateTimeFormat(document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang, {
  hour: "2-digit", minute: "2-digit",
});

export function placeInWords(position) {
  return position === 1 ? word("place_first") : word("place", { position });
}

export function waitInWords(seconds) {
  if (typeof seconds !== "number") {
    return word("wait_unknown");
  }
  if (seconds < SOON) {
    return word("wait_soon");
  }
  return seconds > HOUR ? word("wait_hour") : word("wait_minutes", { minutes: Math.round(seconds / 60) });
}

function closingInWords({ closes_at: closes, last_call_until: until, reached }, now) {
  const times = { time: at(closes), until: at(until) };
  const name = Date.parse(closes) <= now ? "closing_past" : until > closes ? "closing_last_call" : "closing";
  return `${word(name, times)} ${reached ? "" : word("closing_unreached")}`.trim();
}

const at = (time) => clock.format(new Date(time));

export function showWaiting({ position, wait_seconds: seconds, closing, alternatives }) {
  find("place").textContent = position ? placeInWords(position) : "";
  find("estimate").textContent = position ? waitInWords(seconds) : "";
  find("closing").hidden = !closing;
  find("closing").textContent = closing ? closingInWords(closing, Date.now()) : "";
  const others = openNow(alternatives);
  find("elsewhere").hidden = !others.length;
  showElsewhere(find("elsewhere-list"), others);
}
