// What a panel quotes goes into the draft of the talk in front, after what stands there. It is not sent.
import { LONGEST } from "./length.js";
import { closeCovering } from "./panels.js";
import { word } from "./words.js";

// Less than that of a quote says nothing.
const SHORTEST = 20;

// Counted as the server counts.
const signs = (text) => [...text.normalize("NFC")];

// Told by cancelling: there is no talk that it could go into.
export function watchQuotes(panes) {
  document.addEventListener("desk:quote", (event) => {
    const pane = panes.selected();
    if (!pane || pane.ended) {
      event.preventDefault();
      return;
    }
    closeCovering();
    quote(pane, event.detail);
  });
}

function quote(pane, { text, name }) {
  const { field } = pane.composer;
  const before = field.value.trim() ? `${field.value.trimEnd()}\n\n` : "";
  const source = `\n(${name})`;
  const room = LONGEST - signs(before + source).length;
  const whole = signs(text.trim());
  const cut = whole.length > room;
  if (room >= SHORTEST) {
    const taken = cut ? `${whole.slice(0, room - 1).join("").trimEnd()}…` : whole.join("");
    field.value = before + taken + source;
    field.dispatchEvent(new Event("input"));
  }
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
  field.scrollTop = field.scrollHeight;
  tell(pane, cut ? word(room >= SHORTEST ? "quote_cut" : "quote_full") : "");
}

function tell(pane, text) {
  const note = pane.find("quoted");
  note.textContent = text;
  note.hidden = !text;
  pane.composer.field.addEventListener("input", () => {
    note.hidden = true;
  }, { once: true });
}
