// The switch "ready": what the counsellor wants, and what the server allows.
import { word } from "./words.js";

const find = (name) => document.querySelector(`[data-${name}]`);

export class Readiness {
  constructor(line) {
    this.line = line;
    this.wanted = false;
    this.button = find("ready");
    this.button.addEventListener("click", () => this.toggle());
    this.become(false);
  }

  // Without a line nothing can be asked for; the welcome gives back what was.
  reach(isUp) {
    this.button.disabled = !isUp;
    this.isUp = isUp;
    this.allow();
  }

  rest(isResting) {
    this.isResting = isResting;
    this.allow();
  }

  allow() {
    find("next").disabled = !this.isUp || !this.wanted || Boolean(this.isResting);
  }

  toggle() {
    this.want(!this.wanted);
  }

  want(value) {
    this.refuse("");
    if (this.line.send({ type: "ready", value, ref: "ready" })) {
      this.wanted = value;
    }
  }

  // A dropped line may have made the server forget; the counsellor has not changed their mind.
  returned(value) {
    if (this.wanted && value !== true) {
      this.want(true);
    } else {
      this.become(value === true);
    }
  }

  become(value) {
    this.wanted = value;
    this.button.setAttribute("aria-checked", String(value));
    find("ready-words").textContent = word(value ? "ready" : "not_ready");
    find("ready-note").textContent = word(value ? "ready_note" : "not_ready_note");
    find("quiet-words").textContent = word(value ? "quiet_ready" : "quiet_not_ready");
    this.allow();
    document.body.toggleAttribute("data-is-ready", value);
  }

  refuse(text) {
    if (text) {
      this.become(false);
    }
    find("ready-refusal").textContent = text;
    find("ready-refusal").hidden = !text;
  }
}
