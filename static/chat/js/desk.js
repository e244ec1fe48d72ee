// The desk: one line for the whole shift, and a pane for each talk.
import { watchActing } from "./acting.js";
import { Calls } from "./calls.js";
import { hearDesk } from "./desk_hears.js";
import { watchLaying } from "./laying.js";
import { Line } from "./line.js";
import { Lock } from "./locking.js";
import { watchPanels } from "./panels.js";
import { Panes } from "./panes.js";
import { PROTOCOL } from "./protocol.js";
import { Queue } from "./queue.js";
import { watchQuotes } from "./quoting.js";
import { unreadIn } from "./reading.js";
import { Readiness } from "./readiness.js";
import { Resting } from "./resting.js";
import { watchSheets } from "./sheets.js";
import { watchShortcuts } from "./shortcuts.js";
import { noteEvents } from "./timeline.js";
import { watchUnanswered } from "./unanswered.js";
import { word } from "./words.js";

const find = (name) => document.querySelector(`[data-${name}]`);
const title = document.title;
const desk = { slow: false };

function showBanner(state) {
  const text = { down: "own_down", restarting: "restarting", replaced: "replaced", shut: "shut", refused: "shut" };
  const name = text[state] || (desk.slow && "slow");
  const banner = find("banner");
  banner.textContent = name ? word(name) : "";
  banner.hidden = !name;
}

function lineBecame(state) {
  if (state === "locked") {
    desk.lock.cover();
    return;
  }
  // Whoever is back is told anew.
  desk.slow = desk.slow && state === "up";
  showBanner(state);
  desk.readiness.reach(state === "up");
  document.body.toggleAttribute("data-is-away", state !== "up");
}

// The title says how many messages are unread and how many wait, and nothing of what is in them.
function changed() {
  const unread = desk.panes.all().reduce((sum, pane) => sum + unreadIn(pane.talk), 0);
  const count = unread + desk.calls.count();
  const text = count ? `(${count}) ${title}` : title;
  if (document.title !== text) {
    document.title = text;
  }
  const talks = desk.panes.all().length;
  find("tabs").hidden = talks < 2;
  find("quiet").hidden = talks > 0;
}

function take(frame) {
  desk.tell("");
  desk.line.send(frame);
}

function hear(frame) {
  noteEvents(desk, frame);
  hearDesk(desk, frame);
  desk.calls.hear(frame);
  changed();
}

const next = () => take({ type: "next", ref: "next" });

desk.tell = (text) => {
  find("said").textContent = text;
};
desk.becomeSlow = (slow) => {
  desk.slow = slow;
  showBanner(desk.line.state);
};
desk.line = new Line("/ws/desk", {
  hello: () => ({ protocol: PROTOCOL }),
  onFrame: hear,
  onState: lineBecame,
});
desk.readiness = new Readiness(desk.line);
desk.resting = new Resting(desk.line, {
  onChange: () => {
    desk.readiness.rest(desk.resting.isOn);
    desk.calls.ringing.look();
    changed();
  },
});
desk.queue = new Queue({ onClaim: (conversation) => take({ type: "claim", conversation, ref: "claim" }) });
desk.panes = new Panes(desk.line, { onChange: changed });
desk.calls = new Calls(desk);

desk.lock = new Lock({ path: document.body.dataset.unlock, onUnlocked: () => desk.line.open() });

find("next").addEventListener("click", next);
watchShortcuts({ ...desk, onNext: next });
watchSheets();
watchPanels();
watchQuotes(desk.panes);
watchLaying(desk);
watchUnanswered(desk.line, () => desk.panes.all().map((pane) => pane.talk));
watchActing(desk.line, () => desk.lock.look(desk.line));
desk.line.open();
