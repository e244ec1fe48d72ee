// The form after the end. The token stays in this function's memory, nothing is sent before "Send",
// and what is sent names neither the talk nor the tab.
const find = (name) => document.querySelector(`[data-evaluation${name}]`);

export function offerForm(token) {
  const card = find("");
  if (!card || !token || card.dataset.offered) {
    return;
  }
  card.dataset.offered = "yes";
  card.hidden = false;
  const form = find("-form");

  function show(name) {
    for (const part of ["-offer", "-form", "-thanks"]) {
      find(part).hidden = part !== name;
    }
    find("-title").focus();
  }

  find("-open").addEventListener("click", () => show("-form"));
  document.querySelectorAll("[data-evaluation-skip]").forEach((button) => {
    button.addEventListener("click", () => {
      form.reset();
      card.hidden = true;
      document.querySelector("[data-ended]").focus();
    });
  });
  letGo(form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const send = find("-send");
    if (send.getAttribute("aria-busy") === "true") {
      return;
    }
    find("-refused").hidden = true;
    send.setAttribute("aria-busy", "true");
    if (await sent(token, answersIn(form), Number(card.dataset.form)).catch(() => false)) {
      form.reset();
      show("-thanks");
    } else {
      find("-refused").hidden = false;
    }
    send.removeAttribute("aria-busy");
  });
}

// A choice that is tapped again is taken back: nobody has to answer.
function letGo(form) {
  let chosen = null;
  form.addEventListener("pointerdown", (event) => {
    const input = event.target.closest(".subject")?.querySelector("input");
    chosen = input?.checked ? input : null;
  });
  form.addEventListener("click", (event) => {
    if (event.target === chosen) {
      chosen.checked = false;
      chosen = null;
    }
  });
}

function answersIn(form) {
  const answers = {};
  for (const input of form.elements) {
    const said = input.dataset.kind === "text" ? input.value.trim() : input.checked && input.value;
    if (input.dataset.kind && said) {
      answers[input.name] = input.dataset.kind === "scale" ? Number(said) : said;
    }
  }
  return answers;
}

async function sent(token, answers, form) {
  const answer = await fetch("/api/evaluations", {
    method: "POST",
    credentials: "omit",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ token, answers, form }),
  });
  return answer.status === 204;
}
