// One sentence on an empty page, while somebody is between two lines, and the way on as a link.
import { isFramed } from "../../chat/js/framed.js";
import { cloneOf } from "../../chat/js/words.js";

const READ_FIRST = 4000;

// `onGo` runs just before the page goes. In a frame on somebody's page another line is not let in:
// there the visitor goes on by the link, in the whole window. Returns what takes the screen away again and shows
// the talk, for as long as nobody has gone.
export function showScreen(page, { title, text, link, url, wait = READ_FIRST, byItself = true, onGo = () => {} }) {
  const element = cloneOf("passing-screen");
  const find = (name) => element.querySelector(`[data-screen-${name}]`);
  find("title").textContent = title;
  find("text").textContent = text;
  find("go").textContent = link;
  find("go").href = url;
  page.room.front.hidden = page.room.view.hidden = true;
  document.querySelector("main").append(element);
  element.focus();
  let isGone = false;
  const go = () => {
    if (!isGone && element.isConnected) {
      isGone = true;
      onGo();
      location.replace(url);
    }
  };
  find("go").addEventListener("click", (event) => {
    if (isFramed) {
      isGone = true;
      onGo();
    } else {
      event.preventDefault();
      go();
    }
  });
  if (byItself && !isFramed) {
    setTimeout(go, wait);
  }
  return () => {
    if (!isGone && element.isConnected) {
      element.remove();
      page.room.view.hidden = false;
      document.querySelector("[data-draft]").focus();
    }
  };
}
