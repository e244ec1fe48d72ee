// What other apps add to this page: fetched when it is needed, and asked for until it comes, each time
// by a new name, since a browser remembers what has failed.
import { keep } from "./secret.js";

const begun = new Set();

// What an address brings is good once, and leaves it before anything else happens.
export function takeFragment() {
  if (/^#(handoff|back)=/.test(location.hash)) {
    keep("way", location.hash);
    location.replace("#");
  }
}

function begin(script, page, attempt) {
  import(`${script}#${attempt}`).then((module) => module.begin(page), () => {
    page.room.trouble("own_down", true);
    setTimeout(begin, 3000, script, page, attempt + 1);
  });
}

// `name` is a kind of card, or "way".
export function extra(name, page) {
  const script = document.querySelector(`[data-extra~="${name}"]`)?.dataset.script;
  if (script && !begun.has(script)) {
    begun.add(script);
    begin(script, page, 0);
  }
}
