// Being called when somebody waits: by a sound, by the system, in the title. None tells of whom.
import { Bell } from "./bell.js";
import { Notice } from "./notice.js";
import { Ringing } from "./ringing.js";
import { Sound } from "./sound.js";

const find = (name) => document.querySelector(`[data-${name}]`);

export class Calls {
  constructor(desk) {
    this.desk = desk;
    this.sound = new Sound();
    this.bell = new Bell(this.sound);
    this.notice = new Notice(find("notify"), find("notify-note"));
    this.capacity = Number(document.body.dataset.capacity);
    this.ringing = new Ringing({
      sound: this.sound, notice: this.notice, canTake: () => this.canTake(),
    });
    find("sound").addEventListener("click", () => this.mute());
    find("volume").addEventListener("input", (event) => {
      this.sound.volume = Number(event.target.value) / 10;
    });
    // How loud it is now: heard once the handle is let go.
    find("volume").addEventListener("change", () => this.sound.play());
  }

  // Ready, with room, on the line, and neither resting nor away from a talk.
  canTake() {
    const { panes, readiness, resting, line } = this.desk;
    const talks = panes.alive();
    const isFree = readiness.wanted && line.state === "up" && !resting.isOn;
    return isFree && talks.length < this.capacity && !talks.some((pane) => pane.paused);
  }

  hear(frame) {
    if (frame.type === "welcome" || frame.type === "waiting") {
      const isFirst = frame.type === "welcome" && !this.welcomed;
      this.welcomed = true;
      this.bell.show(frame.bell, isFirst);
      this.ringing.hear(frame, isFirst);
    } else if (frame.type === "ready") {
      this.ringing.learn();
    } else if (frame.type === "assigned") {
      this.ringing.drop(frame.conversation);
    } else if (["ended", "rest", "state"].includes(frame.type)) {
      this.ringing.look();
    }
  }

  // How many wait for this member: a number for the title.
  count() {
    return this.canTake() ? this.ringing.waiting.length : 0;
  }

  mute() {
    this.sound.switchTo(!this.sound.isOn);
    find("sound").setAttribute("aria-checked", String(this.sound.isOn));
    find("volume").disabled = !this.sound.isOn;
    this.sound.play();
  }
}
