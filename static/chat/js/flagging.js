// A talk that holds personal data: noted once, and from then on it lives a shorter life.
import { confirmed } from "./confirm.js";

export async function flag(pane, line) {
  if (!pane.ended && (await confirmed("flag"))) {
    line.send({ type: "flag", conversation: pane.talk.conversation, ref: "flag" });
  }
}

export function showFlagged(pane, flagged) {
  if (flagged) {
    pane.find("flag")?.remove();
    pane.find("pane-flagged").hidden = false;
  }
}
