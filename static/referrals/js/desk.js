// Passing on, at the desk: the panel, how the cards look in a pane, and who comes from other lines.
import { giveLook } from "../../chat/js/cards.js";
import { fetchPiece } from "../../chat/js/fetched.js";
import { word } from "../../chat/js/words.js";
import { broughtLook } from "./brought.js";
import { deskLook } from "./desk_card.js";
import { watchDrafts } from "./drafts.js";
import { markIncoming, renewIncoming, watchIncoming } from "./incoming.js";

// Whoever has not come within it does not come any more.
const MINUTE = 60_000;
const root = document.querySelector("[data-passing-on]");
const find = (name) => root.querySelector(`[data-offering-${name}]`);
const form = find("form");
const drafts = watchDrafts(find);
let asked = 0;
let isStale = false;
let timer = 0;

const tell = (text) => {
  find("said").textContent = text;
};

// Of several answers only the last that was asked for is shown.
async function fill({ address = root.dataset.from, body = null, whole = true } = {}) {
  asked += 1;
  isStale ||= whole;
  const mine = asked;
  try {
    const piece = await fetchPiece(address, body);
    if (mine === asked) {
      body && tell(piece.querySelector("[data-said-back]")?.textContent || "");
      renewIncoming(find("incoming"), piece.querySelector("[data-incoming]"));
      // What somebody is choosing from is not taken away under their hands.
      if (isStale) {
        isStale = false;
        find("partners").replaceChildren(...piece.querySelectorAll("[data-partners], [data-nothing]"));
        drafts.show();
      }
      markIncoming(find("incoming"));
      clearTimeout(timer);
      timer = piece.querySelector("[data-expected]") ? setTimeout(fill, MINUTE, { whole: false }) : 0;
    }
  } catch {
    tell(word("panel_away"));
  }
}

function offer() {
  const said = drafts.said();
  const [to, why, summary] = [said.to, said.why.trim(), said.summary.trim()];
  if (!to || !why) {
    tell(word("offering.missing"));
    return;
  }
  const detail = { kind: "referral", content: { to, why, summary } };
  const isLaid = root.dispatchEvent(new CustomEvent("desk:card", { bubbles: true, cancelable: true, detail }));
  tell(isLaid ? "" : word("offering.no_talk"));
}

giveLook("referral", deskLook({
  onLaid: (card) => {
    if (drafts.settle(card)) {
      tell(word("offering.shown"));
    }
  },
}));
giveLook("brought", broughtLook());

root.closest("[data-panel]").addEventListener("panel:open", () => {
  tell("");
  fill();
  find("why").focus({ preventScroll: true });
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  offer();
});
root.addEventListener("submit", (event) => {
  if (event.target.matches("[data-send-back]")) {
    event.preventDefault();
    fill({ address: event.target.action, body: event.target, whole: false });
  }
});
watchIncoming(({ isNew }) => {
  // What was said was of somebody else.
  isNew && tell("");
  fill({ whole: false });
});
