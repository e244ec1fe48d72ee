// The desk by keyboard; the list stands on the page. By the key's place, not by what it types.
export function watchShortcuts({ panes, readiness, onNext }) {
  const does = {
    KeyN: onNext,
    KeyU: () => panes.nextUnread(),
    KeyR: () => readiness.toggle(),
    KeyX: () => panes.close(panes.selected()),
  };
  addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) {
      return;
    }
    const digit = /^Digit([1-9])$/.exec(event.code);
    const act = digit ? () => panes.nth(Number(digit[1])) : does[event.code];
    if (act) {
      event.preventDefault();
      act();
    }
  });
}
