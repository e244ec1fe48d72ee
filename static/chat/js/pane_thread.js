// What is written in one talk, and what has happened in it, as its counsellor reads it.
import { Thread } from "./thread.js";
import { withEvents } from "./timeline.js";
import { word } from "./words.js";

export function threadOf(pane, line) {
  const { conversation } = pane.talk;
  return new Thread(pane.find("log"), pane.talk, {
    nameOf: (message) => (message.from === "visitor" ? word("visitor") : ""),
    onWithdraw: (card) => line.send({ type: "withdraw", conversation, card, ref: "card" }),
    quiet: true,
    marksEach: true,
    arrange: withEvents,
    scroller: pane.find("scroll"),
  });
}
