// Passing on, as the visitor meets it: the card, the way to the other line, and the way back.
import { giveLook } from "../../chat/js/cards.js";
import { word } from "../../chat/js/words.js";
import { arrive } from "./arriving.js";
import { broughtLook } from "./brought.js";
import { refusedAnswer, referralLook } from "./card.js";
import { follow, mindStaying } from "./going.js";
import { learn } from "./piece.js";
import { comeBack, showWayBack, turnBack } from "./returning.js";
import { forgetWay, way } from "./way.js";

// From then on somebody there has them, and nobody waits for them elsewhere.
const TAKEN = new Set(["active", "paused"]);

function hear(page, frame) {
  if (frame.type === "handoff") {
    follow(page, frame);
    return true;
  }
  if (frame.type === "error" && frame.ref === "referral") {
    refusedAnswer(page);
    return true;
  }
  if (frame.type === "card") {
    mindStaying(frame);
  }
  const ended = frame.type === "ended" ? frame : frame.ended;
  if (TAKEN.has(frame.type === "card" ? "" : frame.state) || ended?.by === "visitor") {
    forgetWay();
    showWayBack();
  }
  return false;
}

// Whatever ends a talk that nobody has taken: its visitor is still awaited where they came from.
function mindTheEnd(page) {
  const over = page.over;
  page.over = (title, text, extras) => {
    if (way()?.back && !extras?.here) {
      turnBack(page, word("way.nobody"));
    } else {
      over(title, text, extras);
    }
  };
}

export async function begin(page) {
  await learn(page);
  giveLook("referral", referralLook(page));
  giveLook("brought", broughtLook());
  page.also = (frame) => hear(page, frame);
  mindTheEnd(page);
  const there = way();
  if (there?.to) {
    arrive(page, there);
  } else if (there?.return) {
    comeBack(page, there.return);
  } else if (there?.back) {
    showWayBack();
    page.enter();
  }
  page.thread.show();
}
