// What a pane and its tab are called: the number of the talk, its subject, its language, its reference.
import { referenceOf } from "./reading.js";
import { hasWord, word } from "./words.js";

export function wear(pane, { conversation, topic, language }) {
  const { element, tab, name } = pane;
  element.id = `pane-${conversation}`;
  element.dataset.conversation = tab.dataset.conversation = conversation;
  element.setAttribute("aria-label", name);
  pane.find("log").setAttribute("aria-label", name);
  tab.setAttribute("aria-controls", element.id);
  tab.querySelector("[data-tab-name]").textContent = name;
  pane.find("pane-name").textContent = name;
  const known = [`topic.${topic}`, `language.${language}`, "reference"].filter(hasWord);
  pane.find("pane-note").textContent = known
    .map((one) => word(one, { reference: referenceOf(conversation) })).join(" · ");
  pane.lineIs(true);
}
