// Asks for a talk. The secret in the answer goes to the tab's memory and into no address.
import { askForTalk } from "./asking.js";
import { word, hasWord } from "./words.js";
import { keepSecret } from "./secret.js";

const CODES = new Set(["closed", "full", "slow_down", "proof_required"]);

export function watchStart({ onStarted }) {
  const form = document.querySelector("form[data-start]");
  if (!form) {
    return;
  }
  const button = form.querySelector("[data-start-button]");
  const refusal = document.querySelector("[data-refusal]");
  form.hidden = false;

  function refuse(code) {
    const name = `start_${code}`;
    refusal.textContent = word(CODES.has(code) && hasWord(name) ? name : "start_failed");
    refusal.dataset.refusal = code;
    refusal.hidden = false;
  }

  async function start() {
    const topic = new FormData(form).get("topic");
    const body = { language: document.body.dataset.language, ...(topic ? { topic } : {}) };
    const [status, said] = await askForTalk(body, { onWork: () => refuse("proof_required") });
    if (status !== 201) {
      refuse(said.error);
      return;
    }
    keepSecret(said.secret);
    onStarted(said.resume_code);
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.getAttribute("aria-busy") === "true") {
      return;
    }
    refusal.hidden = true;
    button.setAttribute("aria-busy", "true");
    await start().catch(() => refuse("failed"));
    button.removeAttribute("aria-busy");
  });
}
