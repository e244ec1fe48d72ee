// Names of the wire contract (docs/protocol.md). A frame that is not listed is ignored.
export const PROTOCOL = 1;

export const VISITOR_SENDS = Object.freeze(["hello", "say", "typing", "seen", "erase", "leave", "more", "answer"]);

export const VISITOR_HEARS = Object.freeze([
  "welcome", "said", "message", "more", "queue", "state", "line", "typing", "seen", "erased", "parked", "ended",
  "error", "card", "reading", "handoff",
]);

export const DESK_SENDS = Object.freeze([
  "hello", "ready", "next", "claim", "open", "say", "typing", "seen", "close", "more", "flag", "pause",
  "resume", "card", "withdraw", "back", "consult", "consult_reply", "consult_close", "transfer", "withdraw_offer",
  "accept", "decline", "consult_show", "consult_hide", "active",
]);

export const DESK_HEARS = Object.freeze([
  "welcome", "ready", "waiting", "assigned", "released", "conversation", "said", "message", "more", "state",
  "line", "typing", "seen", "erased", "flagged", "ended", "slow", "error", "card", "rest", "fitness", "support", "cool_down",
  "colleagues", "consult", "consult_reply", "consult_closed", "offer", "reading", "shown", "hidden",
]);

export const CLOSED = Object.freeze({
  badFrame: 4400,
  notLetIn: 4401,
  wrongOrigin: 4403,
  noHello: 4408,
  replaced: 4409,
  locked: 4423,
  flooding: 4429,
  restarting: 1012,
});

// What a line is closed with that nobody has closed.
export const LOST = 1006;

// Whoever is not coming back by itself: another window has the talk, or the door stays shut.
export const FINAL = new Map([
  [CLOSED.replaced, "replaced"],
  [CLOSED.notLetIn, "shut"],
  [CLOSED.locked, "locked"],
  [CLOSED.wrongOrigin, "refused"],
]);
