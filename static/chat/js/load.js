// The part of the page that changes, asked for again while somebody looks at it.
const EVERY = 5000;
const place = document.querySelector("[data-load]");
const stale = document.querySelector("[data-load-stale]");

// As a document, so that the browser reads the markup and no script has to.
function ask() {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("GET", place.dataset.load);
    request.responseType = "document";
    request.timeout = EVERY;
    request.onload = () => resolve(request.status === 200 && !request.responseURL.includes("/login/") ? request.response : null);
    request.onerror = request.ontimeout = () => resolve(null);
    request.send();
  });
}

async function look() {
  if (document.hidden) {
    return;
  }
  const answer = await ask();
  stale.hidden = Boolean(answer);
  if (answer) {
    place.replaceChildren(...answer.body.childNodes);
  }
}

setInterval(look, EVERY);
document.addEventListener("visibilitychange", look);
