// A phone that slept or changed networks often has a line that only looks alive. A message that
// nobody confirms is the proof: the line is dropped, comes back, and the message goes again.
import { LOST } from "./protocol.js";

const PATIENCE = 8000;
const LOOKS_EVERY = 2000;

export function watchUnanswered(line, talks) {
  let since = 0;
  setInterval(() => {
    const waits = line.state === "up" && talks().some((talk) => talk.isWaiting);
    since = waits ? since || Date.now() : 0;
    if (since && Date.now() - since > PATIENCE) {
      since = 0;
      line.lose(LOST, true);
    }
  }, LOOKS_EVERY);
}
