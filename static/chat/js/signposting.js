// Showing the visitor where else help is to be had: from the line's own list, or from a panel.
import { closeCovering } from "./panels.js";

export function watchSignposts(pane, line) {
  const sheet = pane.find("signposts");
  sheet?.querySelectorAll("[data-to]").forEach((button) => {
    button.addEventListener("click", () => {
      if (lay(pane, line, button.dataset.to)) {
        sheet.open = false;
      }
    });
  });
}

// Told by cancelling: there is no talk in which it could be shown.
export function watchPointers(panes, line) {
  document.addEventListener("desk:signpost", (event) => {
    const pane = panes.selected();
    if (!pane || pane.ended || !lay(pane, line, event.detail.to)) {
      event.preventDefault();
      return;
    }
    closeCovering();
  });
}

function lay(pane, line, to) {
  const { conversation } = pane.talk;
  return line.send({ type: "card", conversation, kind: "signpost", content: { to }, ref: "card" });
}
