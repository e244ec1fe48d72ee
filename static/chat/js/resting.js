// A pause between two talks, or a breather after a heavy one: nobody new is given to this member
// meanwhile, and nothing rings. It is over by itself; the page counts by its own clock.
import { hourOf } from "./hour.js";
import { word } from "./words.js";

const find = (name) => document.querySelector(`[data-${name}]`);

export class Resting {
  constructor(line, { onChange }) {
    this.line = line;
    this.onChange = onChange;
    this.isOn = false;
    find("rest-over").addEventListener("click", () => this.endEarly());
  }

  hear({ seconds }) {
    clearTimeout(this.timer);
    this.show(seconds);
    if (seconds) {
      this.timer = setTimeout(() => this.show(0), seconds * 1000);
    }
  }

  show(seconds) {
    this.isOn = seconds > 0;
    find("rest").hidden = !this.isOn;
    find("rest-words").textContent = this.isOn
      ? word("resting", { until: hourOf(Date.now() + seconds * 1000), seconds: inWords(seconds) }) : "";
    this.onChange();
  }

  endEarly() {
    if (this.isOn) {
      this.line.send({ type: "back", ref: "back" });
    }
  }
}

function inWords(seconds) {
  const minutes = Math.round(seconds / 60);
  return minutes < 2 ? word("rest_short") : word("minutes", { minutes });
}
