// Come from another line: the word from the address begins a talk here, once.
import { keepSecret } from "../../chat/js/secret.js";
import { hasWord, word } from "../../chat/js/words.js";
import { insist } from "./asking.js";
import { showWayBack, turnBack } from "./returning.js";
import { keepWay } from "./way.js";

export async function arrive(page, { to, back, from }) {
  const [status, said, again] = await insist(page, "/api/handoffs/arrive", to);
  if (status === 201) {
    keepSecret(said.secret);
    keepWay({ back, name: said.from.name, url: said.return_url });
    showWayBack();
    page.enter(said.resume_code);
    page.announce(word("way.from", { name: said.from.name }));
    return;
  }
  const home = document.querySelector(`[data-home="${CSS.escape(from || "")}"]`);
  keepWay({ back, name: home?.textContent || word("way.before"), url: said.return_url || home?.href });
  const reason = `arrive.${said.error}`;
  // Used by another window than this one: whoever sits there is not led on by itself.
  const isOurs = said.error !== "used" || again;
  turnBack(page, word(hasWord(reason) ? reason : "arrive.over"), { byItself: isOurs });
}
