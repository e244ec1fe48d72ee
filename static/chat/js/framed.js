// In a frame on a page of the organisation's own: its bubble is told what it must know, and no more.
// To "*": the server lets no other page frame this one than those that the line has named.
export const isFramed = window.parent !== window;

const tell = (what) => isFramed && window.parent.postMessage(what, "*");

// While a talk goes on the bubble stays, whatever becomes of the line.
export function watchFrame() {
  const view = document.querySelector('[data-view="talk"]');
  const isTalking = () => view.dataset.talk && view.dataset.talk !== "ended";
  const report = () => tell(isTalking() ? "talk" : "here");
  new MutationObserver(report).observe(view, { attributeFilter: ["data-talk"] });
  report();
}

// Away with the whole page, not only with the frame. The bubble does it where the browser refuses
// it to the frame, which it does until somebody has pressed something in it.
export function goAway(url) {
  if (!isFramed) {
    location.replace(url);
    return;
  }
  tell("leave");
  try {
    window.top.location.replace(url);
  } catch {
    // Refused: the bubble has been told.
  }
}

// The page around has been left: what is in the frame goes with it.
export function whenTold(leave) {
  addEventListener("message", ({ source, data }) => {
    if (isFramed && source === window.parent && data === "leave") {
      leave();
    }
  });
}

// Shown again from the browser's memory: emptied already, and the page around begins anew.
export function goBackToNothing(url) {
  if (!isFramed) {
    location.replace(url);
  }
}
