// A closed tab can be restored by whoever has the phone next. So a page says when it goes: what
// is not back soon after that (a page that is loaded again is) opens nothing any more.
import { secret } from "./secret.js";

// A name of this page's own, new each time that it is loaded: what an earlier page says too late
// does not count against this one.
export const tab = crypto.randomUUID();

export function watchClosing() {
  addEventListener("pagehide", () => {
    if (secret()) {
      const said = JSON.stringify({ secret: secret(), tab });
      navigator.sendBeacon("/api/conversations/closed-tab", new Blob([said], { type: "application/json" }));
    }
  });
}
