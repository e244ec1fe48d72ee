// Asks at the doors for those who are passed on. Where the network is away, it is asked until it is back.
const AGAIN = 2000;

const asked = (path, body) => fetch(path, {
  method: "POST",
  credentials: "omit",
  cache: "no-store",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(body),
});

// Returns [status, what was said].
export async function insist(page, path, body) {
  for (;;) {
    const answer = await asked(path, body).catch(() => null);
    if (answer && answer.status < 500 && answer.status !== 429) {
      page.room.trouble("own_down", false);
      return [answer.status, await answer.json().catch(() => ({}))];
    }
    page.room.trouble("own_down", true);
    await new Promise((done) => setTimeout(done, AGAIN));
  }
}
