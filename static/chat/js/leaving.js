// Away at once. What was on the page must not come back with Back, reload or a restored tab:
// the page empties itself whenever it is left, and never shows again from the browser's memory.
import { forgetSecret } from "./secret.js";

const PRESSES = 3;
const WITHIN = 2000;

function scrub() {
  document.title = "";
  document.body.replaceChildren();
}

export function watchLeaving({ beforeLeaving }) {
  const away = document.body.dataset.leaveTo;
  const leave = () => {
    forgetSecret();
    document.documentElement.hidden = true;
    beforeLeaving();
    scrub();
    location.replace(away);
  };

  document.querySelectorAll("[data-leave]").forEach((link) => {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      leave();
    });
  });

  let presses = [];
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.repeat) {
      presses = event.key === "Escape" ? presses : [];
      return;
    }
    presses = [...presses.filter((at) => event.timeStamp - at < WITHIN), event.timeStamp];
    if (presses.length >= PRESSES) {
      leave();
    }
  }, { capture: true });

  addEventListener("pagehide", scrub);
  addEventListener("pageshow", (event) => {
    if (event.persisted) {
      location.replace(away);
    }
  });
}
