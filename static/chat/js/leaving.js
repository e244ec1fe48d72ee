// Away at once. What was on the page must not come back with Back, reload or a restored tab:
// the page empties itself whenever it is left, and never shows again from the browser's memory.
import { goAway, goBackToNothing } from "./framed.js";
import { takeSecret } from "./secret.js";

const PRESSES = 3;
const WITHIN = 2000;
const DOOR = "/api/conversations/leave";
// The other pages of this line in this browser: a talk in one tab must not outlive the flight from another.
const others = new BroadcastChannel("leave");

function scrub() {
  document.title = "";
  document.querySelectorAll("input, textarea").forEach((field) => {
    field.value = "";
  });
  document.body.replaceChildren();
}

// Said even while the page goes. `line` is the way where the browser does not take it.
function tell(secret, line) {
  const said = new Blob([JSON.stringify({ secret })], { type: "application/json" });
  if (!navigator.sendBeacon(DOOR, said)) {
    line?.send({ type: "leave", away: true });
  }
}

export function watchLeaving(line = null) {
  const away = document.body.dataset.leaveTo;
  const leave = () => {
    document.documentElement.hidden = true;
    try {
      const secret = takeSecret();
      scrub();
      if (secret) {
        tell(secret, line);
      }
    } finally {
      goAway(away);
    }
  };
  others.onmessage = leave;

  document.querySelectorAll("[data-leave]").forEach((link) => {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      others.postMessage("");
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
      others.postMessage("");
      leave();
    }
  }, { capture: true });

  addEventListener("pagehide", scrub);
  addEventListener("pageshow", (event) => {
    if (event.persisted) {
      goBackToNothing(away);
    }
  });
}
