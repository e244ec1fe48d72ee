// The desk: one line for the whole shift, and a pane for each talk.
import { hearDesk } from "./desk_hears.js";
import { Line } from "./line.js";
import { Panes } from "./panes.js";
import { PROTOCOL } from "./protocol.js";
import { Queue } from "./queue.js";
import { unreadIn } from "./reading.js";
import { Readiness } from "./readiness.js";
import { watchShortcuts } from "./shortcuts.js";
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
  // Whoever is back is told anew.
  desk.slow = desk.slow && state === "up";
  showBanner(state);
  desk.readiness.reach(state === "up");
  document.body.toggleAttribute("data-is-away", state !== "up");
}

// The title says how many messages are unread and nothing of what is in them.
function changed() {
  const unread = desk.panes.all().reduce((sum, pane) => sum + unreadIn(pane.talk), 0);
  document.title = unread ? `(${unread}) ${title}` : title;
  const talks = desk.panes.all().length;
  find("tabs").hidden = talks < 2;
  find("quiet").hidden = talks > 0;
}

function take(frame) {
  desk.tell("");
  desk.line.send(frame);
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
  onFrame: (frame) => hearDesk(desk, frame),
  onState: lineBecame,
});
desk.readiness = new Readiness(desk.line);
desk.queue = new Queue({ onClaim: (conversation) => take({ type: "claim", conversation, ref: "claim" }) });
desk.panes = new Panes(desk.line, { onChange: changed });

find("next").addEventListener("click", next);
watchShortcuts({ panes: desk.panes, readiness: desk.readiness, onNext: next });
watchUnanswered(desk.line, () => desk.panes.all().map((pane) => pane.talk));
desk.line.open();
