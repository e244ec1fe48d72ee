// A talk on offer: in the pane of who gives it, and at the top of the desk of who may take it.
import { cloneOf, word } from "./words.js";

const offers = new Map();
const list = () => document.querySelector("[data-offers]");

export function watchGiving(pane, line) {
  const { conversation } = pane.talk;
  const form = pane.find("give-form");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const to = form.querySelector("[data-colleagues]").value;
    if (to) {
      line.send({ type: "transfer", conversation, to, note: pane.find("give-words").value.trim(), ref: "transfer" });
    }
  });
  pane.find("offer-back").addEventListener("click", () => {
    line.send({ type: "withdraw_offer", offer: pane.element.dataset.offer, ref: "offer" });
  });
}

// Every offer counts down by itself; that it is over is told by the server.
setInterval(() => {
  for (const [id, { until, place }] of offers) {
    const left = Math.max(0, Math.round((until - Date.now()) / 1000));
    place.textContent = word("offer.left", { seconds: left });
    if (!place.isConnected) {
      offers.delete(id);
    }
  }
}, 1000);

function count(frame, place) {
  offers.set(frame.offer, { until: Date.now() + frame.seconds * 1000, place });
  place.textContent = word("offer.left", { seconds: frame.seconds });
}

export function hearOffer(desk, frame) {
  if (frame.state === "offered") {
    (frame.conversation ? showOwn : showTheirs)(desk, frame);
  } else if (frame.conversation) {
    settleOwn(desk.panes.get(frame.conversation), frame);
  } else {
    settleTheirs(desk, frame);
  }
}

export function showOffers(desk, standing) {
  list().replaceChildren();
  const own = new Set(standing.map((one) => one.conversation));
  desk.panes.all().forEach((pane) => own.has(pane.talk.conversation) || (pane.find("offer-out").hidden = true));
  standing.forEach((one) => hearOffer(desk, one));
}

function showOwn(desk, frame) {
  const pane = desk.panes.get(frame.conversation);
  if (pane && !pane.ended) {
    Object.assign(pane.element.dataset, { offer: frame.offer, offeredTo: frame.to.name });
    pane.find("give").open = false;
    pane.find("give").hidden = true;
    pane.find("give-words").value = "";
    pane.find("offer-words").textContent = word("offer.out", { name: frame.to.name });
    pane.find("offer-back").hidden = false;
    pane.find("offer-out").hidden = false;
    count(frame, pane.find("offer-left"));
  }
}

function settleOwn(pane, frame) {
  if (pane && pane.element.dataset.offer === frame.offer) {
    const name = ["declined", "expired", "withdrawn"].includes(frame.state) ? frame.state : "over";
    pane.find("offer-words").textContent = word(`offer.${name}`, { name: pane.element.dataset.offeredTo });
    pane.find("offer-left").textContent = "";
    pane.find("offer-back").hidden = true;
    pane.find("give").hidden = false;
    offers.delete(frame.offer);
    setTimeout(() => {
      pane.find("offer-out").hidden ||= pane.find("offer-back").hidden;
    }, 20000);
  }
}

function showTheirs(desk, frame) {
  if (list().querySelector(`[data-offer="${frame.offer}"]`)) {
    return;
  }
  const element = cloneOf("offer");
  const part = (name) => element.querySelector(`[data-${name}]`);
  element.dataset.offer = frame.offer;
  const topic = frame.topic ? word(`topic.${frame.topic}`) : word("no_topic");
  const language = word(`language.${frame.language}`);
  part("offer-title").textContent = word("offer.title", { name: frame.from.name, topic, language });
  part("offer-note").textContent = frame.note;
  part("offer-note").hidden = !frame.note;
  for (const type of ["accept", "decline"]) {
    part(type).addEventListener("click", () => desk.line.send({ type, offer: frame.offer, ref: "offer" }));
  }
  count(frame, part("offer-left"));
  list().append(element);
}

function settleTheirs(desk, frame) {
  const element = list().querySelector(`[data-offer="${frame.offer}"]`);
  if (element?.contains(document.activeElement) && frame.state !== "accepted") {
    document.querySelector("#talks").focus();
  }
  element?.remove();
  offers.delete(frame.offer);
  if (element && !["accepted", "declined"].includes(frame.state)) {
    desk.tell(word("offer.over"));
  }
}
