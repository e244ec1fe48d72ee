// What surrounds the messages on the visitor's page: with whom, waiting, trouble, the end.
import { isOwnNote, noteInWords } from "./notes.js";
import { word } from "./words.js";
import { showElsewhere } from "./elsewhere.js";

const find = (name) => document.querySelector(`[data-${name}]`);

export class Room {
  constructor() {
    this.troubles = new Map();
    this.front = document.querySelector('[data-view="front"]');
    this.view = document.querySelector('[data-view="talk"]');
  }

  enter() {
    document.body.dataset.state = "talk";
    this.front.hidden = true;
    this.view.hidden = false;
    scrollTo(0, 0);
  }

  // `name` is one of the states of the page: connecting, waiting, active, paused, ended …
  become(name, counsellor, note) {
    this.view.dataset.talk = name;
    find("waiting").hidden = name !== "waiting";
    this.state = name;
    this.shine();
    const who = counsellor && name !== "waiting" && [counsellor.name, counsellor.title].filter(Boolean).join(", ");
    find("with").textContent = who || word(name);
    find("with-note").textContent = who ? word(name) : "";
    find("aside").hidden = name !== "paused";
    find("aside").textContent = name === "paused" ? asideInWords(note) : "";
  }

  // The light says that both are there, so it goes out with either's line.
  shine() {
    const isParted = ["own_down", "restarting", "them_down"].some((name) => this.troubles.has(name));
    find("light").dataset.light = this.state === "active" && !isParted ? "up" : "";
    find("with-note").hidden = isParted;
  }

  // Several things can be wrong at once; the one that hinders most is told.
  trouble(name, on) {
    if (on) {
      this.troubles.set(name, word(name));
    } else {
      this.troubles.delete(name);
    }
    const order = ["leaving", "own_down", "restarting", "unavailable", "slow_down", "them_down"];
    const text = this.troubles.get(order.find((known) => this.troubles.has(known))) || "";
    this.shine();
    const banner = find("banner");
    banner.hidden = !text;
    if (banner.textContent !== text) {
      banner.textContent = text;
    }
  }

  end(title, text, { alternatives = [], promised = false, here = false } = {}) {
    this.become("ended");
    this.troubles.clear();
    this.trouble("own_down", false);
    find("with").textContent = title;
    find("ended-title").textContent = title;
    find("ended-text").textContent = text;
    find("ended-promises").hidden = !promised;
    // Telephone numbers stand on the page already.
    showElsewhere(find("alternatives"), alternatives.filter((one) => one.url));
    find("here").hidden = !here;
    if (here) {
      find("again").dataset.variant = "secondary";
    }
    [find("writing"), ...document.querySelectorAll("[data-end], [data-erase]")].forEach((part) => {
      part.hidden = true;
    });
    find("ended").hidden = false;
    find("ended").focus();
  }
}

// What a counsellor has written themselves is told as theirs.
function asideInWords(note) {
  return isOwnNote(note) ? word("note", { note }) : noteInWords(note);
}
