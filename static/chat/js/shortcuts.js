// The desk by keyboard; the list stands on the page. By the key's place, not by what it types: Alt and a
// letter, and never with Ctrl, which the browser and screen readers have for themselves.
export function watchShortcuts({ panes, readiness, calls, resting, onNext }) {
  const inTalk = (act) => () => {
    const pane = panes.selected();
    if (pane && !pane.ended) {
      act(pane);
    }
  };
  const does = {
    KeyN: onNext,
    KeyU: () => panes.nextUnread(),
    KeyJ: () => panes.step(1),
    KeyK: () => panes.step(-1),
    KeyP: () => panes.beside.next(),
    KeyL: () => panes.selected()?.find("log").focus(),
    KeyQ: inTalk((pane) => pane.phrases?.toggle()),
    KeyM: () => calls.mute(),
    KeyW: () => resting.endEarly(),
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
