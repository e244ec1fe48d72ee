// Showing the visitor where else help is to be had, from the line's own list.
export function watchSignposts(pane, line) {
  const { conversation } = pane.talk;
  const sheet = pane.find("signposts");
  sheet?.querySelectorAll("[data-to]").forEach((button) => {
    button.addEventListener("click", () => {
      const content = { to: button.dataset.to };
      if (line.send({ type: "card", conversation, kind: "signpost", content, ref: "card" })) {
        sheet.open = false;
      }
    });
  });
}
