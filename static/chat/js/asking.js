// Asks for a talk. Where many ask from the same place, the server wants a proof of work first.
const MOST_PROOFS = 3;
// A page of ours may start no script but by a policy; this one starts the solver and nothing else.
const policy = window.trustedTypes?.createPolicy("solver", { createScriptURL: () => solverUrl() });

const solverUrl = () => document.querySelector("[data-solver]").dataset.solver;

function solved(challenge) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(policy ? policy.createScriptURL("") : solverUrl());
    worker.onmessage = ({ data }) => {
      worker.terminate();
      resolve(data);
    };
    worker.onerror = reject;
    worker.postMessage(challenge);
  });
}

async function proofOf(challenge) {
  const { algorithm, challenge: wanted, salt, signature } = challenge;
  const number = await solved(challenge);
  return btoa(JSON.stringify({ algorithm, challenge: wanted, number, salt, signature }));
}

const later = (seconds) => new Promise((resolve) => { setTimeout(resolve, seconds * 1000); });

// Returns [status, what was said]. A browser without workers waits, and is let in without a proof.
export async function askForTalk(body, { onWork }) {
  let [status, said] = await asked(body);
  for (let times = 0; status === 428 && times < MOST_PROOFS; times += 1) {
    onWork();
    const proof = await proofOf(said.challenge).catch(() => later(said.retry_seconds));
    [status, said] = await asked(proof ? { ...body, proof } : body);
  }
  return [status, said];
}

async function asked(body) {
  const answer = await fetch("/api/conversations", {
    method: "POST",
    credentials: "omit",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  return [answer.status, await answer.json()];
}
