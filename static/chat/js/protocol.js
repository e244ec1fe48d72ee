// Names of the wire contract (docs/protocol.md). A frame that is not listed is ignored.
export const PROTOCOL = 1;

export const VISITOR_SENDS = Object.freeze(["hello", "say", "typing", "seen", "erase", "leave", "more"]);

export const VISITOR_HEARS = Object.freeze([
  "welcome", "said", "message", "more", "queue", "state", "line", "typing", "seen", "erased", "ended", "error",
]);

export const DESK_SENDS = Object.freeze([
  "hello", "ready", "next", "claim", "open", "say", "typing", "seen", "close", "more", "flag",
]);

export const DESK_HEARS = Object.freeze([
  "welcome", "ready", "waiting", "assigned", "released", "conversation", "said", "message", "more", "state",
  "line", "typing", "seen", "erased", "flagged", "ended", "slow", "error",
]);

export const CLOSED = Object.freeze({
  badFrame: 4400,
  notLetIn: 4401,
  wrongOrigin: 4403,
  noHello: 4408,
  replaced: 4409,
  flooding: 4429,
  restarting: 1012,
});
