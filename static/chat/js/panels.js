// Panels beside the talks: one at a time. What is open is remembered by this page and nowhere else.
const COVERS = matchMedia("(max-width: 75rem)");
const all = [...document.querySelectorAll("[data-panel]")];

let cameFrom = null;

const opened = () => all.find((panel) => !panel.hidden);

export function watchPanels() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-panel-open]");
    if (opener) {
      toggle(all.find((panel) => panel.dataset.panel === opener.dataset.panelOpen));
    } else if (event.target.closest("[data-panel-close]")) {
      close();
    }
  });
  addEventListener("keydown", (event) => {
    const plain = event.altKey && !event.ctrlKey && !event.metaKey;
    const panel = all.find((one) => one.dataset.key === event.code);
    if (plain && panel && !document.querySelector("dialog[open]")) {
      event.preventDefault();
      toggle(panel);
    } else if (event.key === "Escape" && opened()?.contains(document.activeElement)) {
      close();
    }
  });
  COVERS.addEventListener("change", show);
  // A talk that begins while a panel is open brings an opener of its own.
  new MutationObserver(show).observe(document.querySelector("[data-panes]"), { childList: true });
}

export function closeCovering() {
  if (COVERS.matches) {
    close();
  }
}

function toggle(panel) {
  if (!panel.hidden) {
    close();
    return;
  }
  cameFrom = document.activeElement;
  all.forEach((one) => {
    one.hidden = one !== panel;
  });
  show();
  panel.dispatchEvent(new CustomEvent("panel:open"));
}

function close() {
  all.forEach((one) => {
    one.hidden = true;
  });
  show();
  if (cameFrom?.isConnected) {
    cameFrom.focus();
  }
}

// What a panel covers cannot be reached by the keyboard either.
function show() {
  const open = opened();
  document.querySelectorAll("[data-panel-open]").forEach((opener) => {
    opener.setAttribute("aria-expanded", String(opener.dataset.panelOpen === open?.dataset.panel));
  });
  document.querySelectorAll(".top, .side, .talks").forEach((part) => {
    part.inert = Boolean(open) && COVERS.matches;
  });
}
