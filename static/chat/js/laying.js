// A card that a panel has made ready is laid before the visitor of the talk in front.
import { closeCovering } from "./panels.js";

// Told by cancelling: there is no talk that it could go into, or no line.
export function watchLaying({ panes, line }) {
  document.addEventListener("desk:card", (event) => {
    const pane = panes.selected();
    const { kind, content } = event.detail;
    const conversation = pane?.talk.conversation;
    if (!pane || pane.ended || !line.send({ type: "card", conversation, kind, content, ref: "card" })) {
      event.preventDefault();
      return;
    }
    closeCovering();
  });
}
