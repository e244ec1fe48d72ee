// What the visitor is told of their line, as it comes and goes.
import { forgetSecret } from "./secret.js";
import { word } from "./words.js";

const TELL_AFTER = 1200;

export function tellOfLine(page) {
  let downTimer = 0;
  return (state) => {
    clearTimeout(downTimer);
    page.room.trouble("restarting", state === "restarting");
    if (state === "up") {
      page.room.trouble("own_down", false);
    } else if (state === "down") {
      page.typing.hide();
      downTimer = setTimeout(() => page.room.trouble("own_down", true), TELL_AFTER);
    } else if (state === "replaced") {
      page.over(word("replaced"), word("replaced_text"), { here: true });
    } else if (state === "shut") {
      forgetSecret();
      page.over(word("gone"), word("gone_text"));
    } else if (state === "refused") {
      page.over(word("refused"), word("refused_text"));
    }
  };
}
