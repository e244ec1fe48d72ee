// "I have a code": the way back to a talk whose page is lost.
import { readCode } from "./code.js";
import { keepSecret } from "./secret.js";
import { word } from "./words.js";

const CODES = new Map([["not_found", "code_wrong"], ["slow_down", "code_slow_down"], ["invalid", "code_slip"]]);

export function watchCodeEntry({ onBack }) {
  const entry = document.querySelector("[data-code-entry]");
  if (!entry) {
    return;
  }
  const form = entry.querySelector("form");
  const field = form.querySelector("[data-code-field]");
  const refusal = form.querySelector("[data-code-refusal]");
  const button = form.querySelector("[type=submit]");
  entry.hidden = false;

  function refuse(error) {
    refusal.textContent = word(CODES.get(error) || "code_failed");
    refusal.hidden = false;
    field.setAttribute("aria-invalid", "true");
    field.focus();
  }

  async function goBack() {
    const code = readCode(field.value);
    if (!code) {
      refuse("invalid");
      return;
    }
    const answer = await fetch("/api/conversations/resume", {
      method: "POST",
      credentials: "omit",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ code }),
    });
    const said = await answer.json();
    if (answer.status !== 201) {
      refuse(said.error);
      return;
    }
    field.value = "";
    keepSecret(said.secret);
    onBack();
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.getAttribute("aria-busy") === "true") {
      return;
    }
    refusal.hidden = true;
    field.removeAttribute("aria-invalid");
    button.setAttribute("aria-busy", "true");
    await goBack().catch(() => refuse("failed"));
    button.removeAttribute("aria-busy");
  });
}
