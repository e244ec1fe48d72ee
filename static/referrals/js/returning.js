// The way back, for as long as nobody has taken the talk: a button while one waits, and by itself
// where nothing comes of it.
import { forgetSecret, keepSecret, secret } from "../../chat/js/secret.js";
import { cloneOf, word } from "../../chat/js/words.js";
import { insist } from "./asking.js";
import { showScreen } from "./screen.js";
import { forgetWay, way } from "./way.js";

const waiting = () => document.querySelector("[data-waiting]");

export function showWayBack() {
  const there = way();
  document.querySelector("[data-way-back]")?.remove();
  if (!there?.url) {
    return;
  }
  const element = cloneOf("way-back");
  element.querySelector("[data-way-from]").textContent = word("way.from", there);
  const button = element.querySelector("[data-way-go]");
  button.textContent = word("way.back", there);
  button.addEventListener("click", () => go(there));
  waiting().prepend(element);
}

const addressOf = ({ url, back }) => `${url}#back=${back}`;

function drop() {
  forgetSecret();
  forgetWay();
}

function go(there) {
  drop();
  location.replace(addressOf(there));
}

// Nobody here takes them. `text` says why.
export function turnBack(page, text, { byItself = true } = {}) {
  const there = way();
  page.line.close();
  if (!there?.url) {
    drop();
    beginAnew(page, text);
    return;
  }
  showScreen(page, {
    title: word(byItself ? "way.turned" : "way.closed", there),
    byItself,
    text,
    link: word("way.back", there),
    url: addressOf(there),
    onGo: drop,
  });
}

export async function comeBack(page, token) {
  const [status, said] = await insist(page, "/api/handoffs/return", token);
  forgetWay();
  if (status === 201) {
    keepSecret(said.secret);
    page.enter(said.resume_code);
    page.announce(word("returned"));
  } else if (secret()) {
    page.enter();
  } else {
    beginAnew(page, word("return.over"));
  }
}

// No talk of theirs is to be found: the front page, with its numbers, and why they are here.
function beginAnew(page, text) {
  const { front, view } = page.room;
  delete document.body.dataset.state;
  view.hidden = true;
  front.hidden = false;
  const notice = cloneOf("passing-notice");
  notice.textContent = text;
  front.prepend(notice);
  notice.focus();
}
