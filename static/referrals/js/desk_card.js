// The card of a referral as its counsellor sees it: what was written, and where things stand.
import { word } from "../../chat/js/words.js";
import { part } from "./facts.js";

// Nothing has come to the partner.
const NOT_GONE = new Set(["refused", "never_arrived"]);
// The visitor can be called back from there.
const UNDER_WAY = new Set(["agreed", "there"]);

const alongOf = ({ value }, state) => {
  const gone = NOT_GONE.has(state) ? "referral.kept" : "referral.along";
  return value ? gone : "referral.draft";
};
const stateOf = (card) => card.value?.state || card.state;

export const deskLook = ({ onLaid }) => ({
  make(card, onWithdraw) {
    const element = document.querySelector('template[data-template="referral"]').content.firstElementChild.cloneNode(true);
    part(element, "title").textContent = word(card.mode === "live" ? "card.referral" : "card.referral_door");
    part(element, "name").textContent = card.name;
    part(element, "why").textContent = card.why;
    part(element, "withdraw").addEventListener("click", () => onWithdraw(card.id));
    if (card.state === "offered") {
      onLaid(card);
    }
    return element;
  },

  dress(element, card) {
    const state = stateOf(card);
    const choice = word(`referral.choice.${card.value?.choice}`);
    const isOpen = state === "offered";
    element.dataset.state = state;
    // On the way and there their line to this one is down, and nothing is wrong.
    element.closest("[data-pane]")?.toggleAttribute("data-passed-on", UNDER_WAY.has(state));
    const isSilent = isOpen && card.mode !== "live";
    part(element, "note").textContent = isSilent ? "" : word(`referral.${state}`, { ...card, choice });
    const reason = card.value?.desk?.reason;
    part(element, "reason").textContent = reason ? word("referral.reason", { ...card, reason }) : "";
    const along = card.value?.summary || (card.value ? "" : card.summary);
    part(element, "along").hidden = !along;
    part(element, "along-title").textContent = word(alongOf(card, state));
    part(element, "summary").textContent = along || "";
    const withdraw = part(element, "withdraw");
    const isLeft = withdraw === document.activeElement;
    withdraw.hidden = !isOpen && !UNDER_WAY.has(state);
    withdraw.textContent = word(isOpen ? "referral.take_back" : "referral.call_back");
    isLeft && withdraw.hidden && part(element, "note").focus();
  },
});
