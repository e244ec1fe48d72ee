// Asks before what cannot be undone.
export async function confirmed(name) {
  const dialog = document.querySelector(`[data-confirm="${name}"]`);
  dialog.returnValue = "no";
  dialog.showModal();
  dialog.querySelector('[value="no"]').focus();
  await new Promise((resolve) => {
    dialog.addEventListener("close", resolve, { once: true });
  });
  return dialog.returnValue === "yes";
}
