// Makes a dry run without leaving the page, and shows how much of it is over.
// Without it the form is sent, and the page comes back when all of it is.

const LINES = "application/x-ndjson";
const form = document.querySelector("[data-dry-run]");
const button = form.querySelector("button");
const said = document.querySelector("[data-said]");
const far = document.querySelector("[data-far]");
const course = document.querySelector("[data-course]");

async function* linesOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    yield* lines.map((line) => JSON.parse(line));
  }
}

const show = (piece) => {
  course.replaceChildren(...new DOMParser().parseFromString(piece, "text/html").body.childNodes);
  said.textContent = "";
  course.querySelector("[data-last]")?.focus();
};

const follow = async (body) => {
  let isOver = false;
  for await (const line of linesOf(body)) {
    if ("piece" in line) {
      isOver = true;
      show(line.piece);
    } else {
      far.max = line.of;
      far.value = line.done;
    }
  }
  if (!isOver) throw new Error("broke off");
};

const run = async (event) => {
  event.preventDefault();
  if (button.disabled) return;
  button.disabled = true;
  far.value = 0;
  far.hidden = false;
  said.textContent = said.dataset.going;
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: LINES } });
    // Signed out, or no longer let in: the page itself says so.
    if (answer.headers.get("Content-Type") !== LINES) return location.reload();
    await follow(answer.body);
  } catch {
    said.textContent = said.dataset.lost;
  }
  far.hidden = true;
  button.disabled = false;
};

form.addEventListener("submit", run);
