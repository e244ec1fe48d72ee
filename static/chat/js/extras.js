// What other apps add to this page: fetched when there is something for it to do, and asked for again
// where it did not come. A module is asked for under a new name then: a browser may remember the failure.
import { fetchPiece } from "./fetched.js";
import { learn } from "./words.js";

const AGAIN = 3000;
const places = [...document.querySelectorAll("template[data-extra]")];
const begun = new Map();

async function fetched({ script, piece }, page) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await Promise.all([import(`${script}${attempt ? `#${attempt}` : ""}`), fetchPiece(piece)]);
    } catch {
      page.room.trouble("own_down", true);
      await new Promise((done) => setTimeout(done, AGAIN));
    }
  }
}

async function begin(place, page) {
  const [module, piece] = await fetched(place.dataset, page);
  page.room.trouble("own_down", page.line.state === "down");
  await learn(piece);
  module.begin(page);
}

// `name` is a kind of card, or "way".
export function extra(name, page) {
  const place = places.find((one) => one.dataset.extra.split(" ").includes(name));
  if (place && !begun.has(place)) {
    begun.set(place, begin(place, page));
  }
}
