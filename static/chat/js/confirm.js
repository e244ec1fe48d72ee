// Asks before what cannot be undone.
const closings = new Map();

export async function confirmed(name) {
  const dialog = document.querySelector(`[data-confirm="${name}"]`);
  // A dialog says that it has closed a moment afterwards. Asked again at once, the question would
  // take the first answer for its own, and the second would be nobody's.
  if (!dialog.open && closings.has(dialog)) {
    await closings.get(dialog);
  }
  if (dialog.open) {
    return false;
  }
  dialog.returnValue = "no";
  dialog.showModal();
  (dialog.querySelector("[data-first]") || dialog.querySelector('[value="no"]')).focus();
  const closed = new Promise((resolve) => {
    dialog.addEventListener("close", resolve, { once: true });
  });
  closings.set(dialog, closed);
  await closed;
  return dialog.returnValue === "yes";
}
