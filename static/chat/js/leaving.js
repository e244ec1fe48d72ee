// Away at once. What was on the page must not come back with Back, reload or a restored tab:
// the page empties itself whenever it is left, and never shows again from the browser's memory.
import { goAway, goBackToNothing, whenTold } from "./framed.js";
import { takeSecret } from "./secret.js";

const PRESSES = 3;
const WITHIN = 2000;
const DOOR = "/api/conversations/leave";
// The other pages of this line in this browser: a talk in one tab must not outlive the flight from another.
const others = channel();
// The way where the browser does not take a beacon.
let line = null;

// A browser that keeps nothing for us may keep this from us as well.
function channel() {
  try {
    return new BroadcastChannel("leave");
  } catch {
    return null;
  }
}

export function leaveOver(given) {
  line = given;
}

function scrub() {
  document.title = "";
  document.querySelectorAll("input, textarea").forEach((field) => {
    field.value = "";
  });
  document.body.replaceChildren();
}

// Said even while the page goes.
function tell(secret) {
  const said = new Blob([JSON.stringify({ secret })], { type: "application/json" });
  if (!navigator.sendBeacon(DOOR, said)) {
    line?.send({ type: "leave", away: true });
  }
}

export function watchLeaving() {
  const away = document.body.dataset.leaveTo;
  const empty = () => {
    document.documentElement.hidden = true;
    const secret = takeSecret();
    scrub();
    if (secret) {
      tell(secret);
    }
  };
  const leave = () => {
    try {
      empty();
    } finally {
      goAway(away);
    }
  };
  const leaveAll = () => {
    others?.postMessage("");
    leave();
  };
  if (others) {
    others.onmessage = leave;
  }
  // The page around goes away by itself: two that send each other away get nowhere.
  whenTold(empty);

  document.querySelectorAll("[data-leave]").forEach((link) => {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      leaveAll();
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
      leaveAll();
    }
  }, { capture: true });

  addEventListener("pagehide", scrub);
  addEventListener("pageshow", (event) => {
    if (event.persisted) {
      goBackToNothing(away);
    }
  });
}
