// Asks at the doors for those who are passed on. Where the network is away, it is asked until it is back.
import { tab } from "../../chat/js/closing.js";

const AGAIN = 2000;

const asked = (path, body) => fetch(path, {
  method: "POST",
  credentials: "omit",
  cache: "no-store",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(body),
});

// Returns [status, what was said, whether an answer may have been lost before this one]. The page's own name goes
// along: what it was answered and has not heard it is answered again.
export async function insist(page, path, token) {
  for (let attempt = 0; ; attempt += 1) {
    const answer = await asked(path, { token, tab }).catch(() => null);
    if (answer && answer.status < 500 && answer.status !== 429) {
      page.room.trouble("own_down", false);
      return [answer.status, await answer.json().catch(() => ({})), attempt > 0];
    }
    page.room.trouble("own_down", true);
    await new Promise((done) => setTimeout(done, AGAIN));
  }
}
