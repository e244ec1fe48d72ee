// The words, templates and looks of a handoff: a piece made by the server, asked for until it comes.
import { fetchPiece } from "../../chat/js/fetched.js";
import { readWords } from "../../chat/js/words.js";

const AGAIN = 3000;

async function fetched(page) {
  const address = `/handoffs/piece/?lang=${document.body.dataset.language}`;
  for (;;) {
    const piece = await fetchPiece(address).catch(() => null);
    if (piece) {
      return piece;
    }
    page.room.trouble("own_down", true);
    await new Promise((done) => setTimeout(done, AGAIN));
  }
}

// Done once it can be shown.
export async function learn(page) {
  const piece = await fetched(page);
  page.room.trouble("own_down", page.line.state === "down");
  const sheet = piece.querySelector("link");
  document.body.append(piece);
  readWords(piece);
  await new Promise((done) => {
    sheet.onload = sheet.onerror = done;
  });
}
