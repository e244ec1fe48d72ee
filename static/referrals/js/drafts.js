// What is being written about passing somebody on belongs to the talk in front, and to no other: with
// the talk it is put away and brought out again. Kept by this page alone.
import { word } from "../../chat/js/words.js";

const drafts = new Map();
const NOTHING = Object.freeze({ to: "", why: "", summary: "" });

const inFront = () => document.querySelector("[data-pane][data-selected]:not([data-state=ended])");

export function watchDrafts(find) {
  const form = find("form");
  let talk = "";

  function said() {
    const to = new FormData(form).get("to") || drafts.get(talk)?.to || "";
    return { to, why: find("why").value, summary: find("summary").value };
  }

  function show() {
    const pane = inFront();
    talk = pane?.dataset.conversation || "";
    const { to, why, summary } = drafts.get(talk) || NOTHING;
    const name = pane?.querySelector("[data-pane-name]").textContent;
    find("for").textContent = name ? `${word("offering.for", { name })}:` : "";
    Object.assign(find("why"), { value: why });
    Object.assign(find("summary"), { value: summary });
    form.querySelectorAll("[name=to]").forEach((choice) => {
      choice.checked = choice.value === to;
    });
  }

  form.addEventListener("input", () => drafts.set(talk, said()));

  new MutationObserver(() => {
    if ((inFront()?.dataset.conversation || "") !== talk) {
      show();
    }
  }).observe(document.querySelector("[data-panes]"), {
    subtree: true, childList: true, attributeFilter: ["data-selected", "data-state"],
  });

  // The card stands in its talk: what was written for it is there. Says whether it was ours.
  function settle({ conversation, why }) {
    const isOurs = drafts.get(conversation)?.why.normalize("NFC").trim() === why;
    if (isOurs) {
      drafts.delete(conversation);
      show();
    }
    return isOurs;
  }

  return { said, show, settle };
}
