// The card by which a counsellor suggests another line: who they are, why, what is different there,
// and the visitor's choice.
import { hasWord, cloneOf, word } from "../../chat/js/words.js";
import { watchChoice } from "./choosing.js";
import { part, showFacts } from "./facts.js";

let asked = null;

export const referralLook = (page) => ({
  make(card) {
    const element = cloneOf("referral");
    const title = part(element, "name");
    title.id = `referral-${card.id}`;
    element.setAttribute("aria-labelledby", title.id);
    showFacts(element, card);
    if (card.mode === "live") {
      watchChoice(element, card, (value) => answer(page, element, card, value));
    }
    page.announce(`${word("card.referral")}: ${card.name}`);
    return element;
  },

  dress(element, card) {
    const isOpen = card.state === "offered";
    element.dataset.state = card.state;
    part(element, "title").textContent = word(card.mode === "live" ? "card.referral" : "card.referral_door");
    const form = part(element, "form");
    const isLeft = form.contains(document.activeElement);
    form.hidden = !isOpen || card.mode !== "live";
    const state = card.value?.state || card.state;
    const said = [`referral.${state}`, `card.${state}`].find(hasWord);
    const note = isOpen ? part(element, "note").dataset.told || "" : word(said, card);
    if (part(element, "note").textContent !== note) {
      part(element, "note").textContent = note;
    }
    // Whoever has just answered by the keyboard is not sent to the top of the page.
    isLeft && form.hidden && part(element, "note").focus();
  },
});

// What is told while the card is still open goes when it is answered anew.
function tell(element, text) {
  part(element, "note").dataset.told = part(element, "note").textContent = text;
}

function answer(page, element, card, value) {
  asked = element;
  const isSent = page.line.send({ type: "answer", card: card.id, value, ref: "referral" });
  tell(element, isSent ? "" : word("referral.down"));
}

export function refusedAnswer() {
  if (asked) {
    tell(asked, word("referral.failed"));
  }
}
