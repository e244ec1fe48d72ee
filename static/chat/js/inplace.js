// A visit has one entry in the history: links within it replace that entry or only move the view.
export function linksInPlace() {
  document.querySelectorAll("a[data-in-place]").forEach((link) => {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      location.replace(link.href);
    });
  });
  document.querySelectorAll('a[href^="#"]').forEach((link) => {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const target = document.querySelector(link.hash);
      target.scrollIntoView();
      target.focus({ preventScroll: true });
    });
  });
}
