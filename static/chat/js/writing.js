// Where the visitor writes, and what is asked before a message that shows who they are.
import { Composer } from "./composer.js";
import { Warning } from "./warning.js";

export function watchWriting({ onSay, onTyping }) {
  const find = (name) => document.querySelector(`[data-${name}]`);
  const composer = new Composer(find("composer"), {
    onSay,
    onTyping,
    holds: (text) => warning.holds(text),
  });
  const warning = new Warning(find("reveal"), {
    onSend: () => composer.say(),
    onEdit: () => composer.field.focus(),
  });
  composer.field.addEventListener("input", () => warning.hide());
}
