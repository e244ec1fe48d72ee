// The opening bell and the last call: a calm line, minutes before. The same again is no news.
import { hourOf } from "./hour.js";
import { word } from "./words.js";

const find = (name) => document.querySelector(`[data-${name}]`);

function inWords({ rings, at, until }) {
  const name = rings === "closes" && until ? "closes_until" : rings;
  return word(`bell.${name}`, { at: hourOf(at), until: until ? hourOf(until) : "" });
}

export class Bell {
  constructor(sound) {
    this.sound = sound;
    this.rang = null;
  }

  // Whoever has just opened the desk reads it and needs no sound.
  show(bell, quietly) {
    const text = bell ? inWords(bell) : "";
    if (find("bell").textContent !== text) {
      find("bell").textContent = text;
      find("bell").hidden = !text;
    }
    if (bell && bell.rings !== this.rang && !quietly) {
      this.sound.play();
    }
    this.rang = bell?.rings || null;
  }
}
