// Four ways to go on, and one question before anything leaves this line.
import { word } from "../../chat/js/words.js";
import { part } from "./facts.js";

let name = "";

// Where the visitor was going when they last said yes.
export const chosenName = () => name;

export function watchChoice(element, card, onAnswer) {
  const form = part(element, "form");
  const summary = part(element, "summary");
  const chosen = () => new FormData(form).get("choice");
  summary.value = card.summary || "";
  form.querySelectorAll("[data-named]").forEach((place) => {
    place.textContent = word(place.dataset.named, card);
  });

  function refuse(text) {
    part(element, "refused").textContent = text;
    part(element, "refused").hidden = !text;
  }

  function turn({ isAsking }) {
    part(element, "choices").hidden = isAsking;
    part(element, "asked").hidden = !isAsking;
  }

  // As it is typed: on the way to the button nothing may move from under the finger.
  form.addEventListener("input", () => {
    refuse("");
    part(element, "edit").hidden = chosen() !== "summary";
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const choice = chosen();
    if (!choice) {
      refuse(word("choice.none"));
    } else if (choice === "summary" && !summary.value.trim()) {
      refuse(word("choice.empty"));
      summary.focus();
    } else if (choice === "stay") {
      onAnswer("stay");
    } else {
      part(element, "asked-what").textContent = word(`choice.asked_${choice}`, card);
      turn({ isAsking: true });
      part(element, "asked").focus();
    }
  });

  part(element, "not-yet").addEventListener("click", () => {
    turn({ isAsking: false });
    form.querySelector("input:checked").focus();
  });

  part(element, "yes").addEventListener("click", () => {
    name = card.name;
    const text = summary.value.trim();
    const isEdited = chosen() === "summary" && text !== card.summary;
    onAnswer(isEdited ? { choice: "summary", summary: text } : chosen());
  });
}
