// The buttons that end, erase, begin anew or take the talk back to this window.
import { confirmed } from "./confirm.js";
import { forgetSecret } from "./secret.js";

const find = (name) => document.querySelector(`[data-${name}]`);

export function watchParting({ talk, line, room, page }) {
  find("end").addEventListener("click", async () => {
    if ((await confirmed("end")) && !line.send({ type: "leave" })) {
      // Ended while the line is down: it counts, and the server hears of it first of all.
      page.leaving = true;
      room.trouble("leaving", true);
    }
  });

  find("erase")?.addEventListener("click", async () => {
    if (await confirmed("erase")) {
      talk.wishErased();
      line.send({ type: "erase" });
    }
  });

  find("again").addEventListener("click", () => {
    forgetSecret();
    location.reload();
  });

  find("here").addEventListener("click", () => location.reload());
}
