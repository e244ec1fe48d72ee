// Sheets beside a talk are left by Esc, back to the button that opened them, or by a click elsewhere.
const openSheets = () => [...document.querySelectorAll("details.pause[open]")];

export function watchSheets() {
  addEventListener("keydown", (event) => {
    const sheet = event.key === "Escape" && event.target.closest?.("details.pause[open]");
    if (sheet && !document.querySelector("dialog[open]")) {
      sheet.open = false;
      sheet.querySelector("summary").focus();
    }
  });
  addEventListener("pointerdown", ({ target }) => {
    openSheets().filter((sheet) => !sheet.contains(target)).forEach((sheet) => { sheet.open = false; });
  });
}
