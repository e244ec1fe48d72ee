// What surrounds the messages on the visitor's page: with whom, waiting, trouble, the end.
import { cloneOf, word } from "./words.js";
import { placeInWords, waitInWords } from "./waiting.js";

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
  become(name, counsellor) {
    this.view.dataset.talk = name;
    find("waiting").hidden = name !== "waiting";
    this.state = name;
    this.shine();
    const who = counsellor && name !== "waiting" && [counsellor.name, counsellor.title].filter(Boolean).join(", ");
    find("with").textContent = who || word(name);
    find("with-note").textContent = who ? word(name) : "";
  }

  // The light says that both are there, so it goes out with either's line.
  shine() {
    const isParted = ["own_down", "restarting", "them_down"].some((name) => this.troubles.has(name));
    find("light").dataset.light = this.state === "active" && !isParted ? "up" : "";
    find("with-note").hidden = isParted;
  }

  queue(position, seconds) {
    find("place").textContent = position ? placeInWords(position) : "";
    find("estimate").textContent = waitInWords(seconds);
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
    find("alternatives").replaceChildren(...alternatives.filter((one) => one.url).map(lineOf));
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

// Another line that may be open now. Telephone numbers stand on the page already.
function lineOf({ name, url, open }) {
  const element = cloneOf("contact");
  element.querySelector("[data-contact-label]").textContent = open ? word("line_open") : word("line_closed");
  element.querySelector("[data-contact-value]").textContent = name;
  element.querySelector("[data-contact-link]").href = /^https?:\/\//.test(url) ? url : "#";
  return element;
}
