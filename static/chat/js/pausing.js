// Stepping aside from a talk and coming back to it. The visitor is told why.
import { noteInWords } from "./notes.js";
import { word } from "./words.js";

export function watchPausing(pane, line) {
  const { conversation } = pane.talk;
  const words = pane.find("pause-words");
  const pause = (note) => {
    if (line.send({ type: "pause", conversation, note, ref: "pause" })) {
      pane.find("pause").open = false;
      words.value = "";
    }
  };
  pane.element.querySelectorAll("[data-reason]").forEach((button) => {
    button.addEventListener("click", () => pause(button.dataset.reason));
  });
  pane.find("pause-form").addEventListener("submit", (event) => {
    event.preventDefault();
    pause(words.value.trim());
  });
  pane.find("resume").addEventListener("click", () => resume(pane, line));
}

// Who writes is back: a visitor who is answered must not read that nobody is there.
export function resume(pane, line) {
  if (pane.paused) {
    line.send({ type: "resume", conversation: pane.talk.conversation, ref: "resume" });
  }
}

export function showPaused(pane, { state, note }) {
  pane.paused = state === "paused";
  pane.find("pause").hidden = pane.paused;
  pane.find("resume").hidden = !pane.paused;
  pane.find("pane-paused").hidden = !pane.paused;
  pane.find("pane-paused").textContent = pane.paused ? word("told", { note: noteInWords(note) }) : "";
}
