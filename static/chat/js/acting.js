// Whether somebody is at this desk. Told to the server once a minute while somebody is; told to the page once
// nobody has been in this window for as long as the line allows.
const TOLD_EVERY = 60_000;
const LOOKED_EVERY = 5_000;

export function watchActing(line, onIdle) {
  const limit = Number(document.body.dataset.idleSeconds) * 1_000;
  let acted = Date.now();
  let told = acted;
  let asked = acted;
  for (const kind of ["pointerdown", "keydown", "wheel", "touchstart"]) {
    addEventListener(kind, () => (acted = Date.now()), { passive: true, capture: true });
  }
  setInterval(() => {
    const now = Date.now();
    if (acted > told && now - told >= TOLD_EVERY && line.send({ type: "active" })) {
      told = now;
    }
    if (now - Math.max(acted, asked) >= limit) {
      asked = now;
      onIdle();
    }
  }, LOOKED_EVERY);
}
