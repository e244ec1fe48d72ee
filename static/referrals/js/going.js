// The visitor has said yes: what happens now, and there they go.
import { isFramed } from "../../chat/js/framed.js";
import { forgetSecret } from "../../chat/js/secret.js";
import { word } from "../../chat/js/words.js";
import { chosenName } from "./choosing.js";
import { showScreen } from "./screen.js";

const AT_ONCE = 900;
// What the card says once nothing has come of it.
const NOT_GONE = new Set(["refused", "never_arrived", "back"]);
let stay = () => {};

export function follow(page, { state, url, text }) {
  if (state !== "go") {
    page.announce(text || word("referral.refused", { name: chosenName() }));
    return;
  }
  const name = chosenName();
  // Where they came from, by its short name: the other line looks up the address for itself.
  const home = document.querySelector("[data-passing]").dataset.passing;
  stay = showScreen(page, {
    title: word("going", { name }),
    text: word(isFramed ? "going.framed" : "going.text", { name }),
    link: word("going.link", { name }),
    url: `${url}.${home}`,
    wait: AT_ONCE,
    // Who sits at this screen next must find nothing of the talk, wherever its visitor is.
    onGo: () => {
      forgetSecret();
      page.line.close();
    },
  });
}

// Who has to press and has not is still here: so are their talk and its counsellor.
export function mindStaying({ kind, value }) {
  if (kind === "referral" && NOT_GONE.has(value?.state)) {
    stay();
  }
}
