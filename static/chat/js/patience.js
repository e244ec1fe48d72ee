// How long a line is waited for, and how long until it is tried again.
import { CLOSED } from "./protocol.js";

export const OPEN_WITHIN = 8000;
export const WELCOME_WITHIN = 15000;
// Until a page says that it has no line: as many as it takes to find the way that is open.
export const FIRST_ATTEMPTS = 4;
const FIRST_WAIT = 500;
const LONGEST_WAIT = 20000;
const AFTER_FLOODING = 30000;

// Half of each wait is chance, so that a restarted server is not met by everybody at once.
export function waitBefore(attempts, code) {
  const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** attempts);
  const least = code === CLOSED.flooding ? AFTER_FLOODING : 0;
  return Math.max(least, wait / 2 + (Math.random() * wait) / 2);
}
