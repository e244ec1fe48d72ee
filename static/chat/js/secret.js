// The tab's key to its talk, and its way between two lines: all that is ever kept, as long as the tab.
const NAME = "talk";
// Some browsers let a frame keep nothing at all. The page itself remembers then: as long as it is
// there, and not through a reload.
const remembered = new Map();
// Then nothing is kept any more.
let isLeft = false;

function memory() {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}

export const kept = (name) => memory()?.getItem(name) ?? remembered.get(name) ?? null;

export function keep(name, value) {
  if (!isLeft) {
    remembered.set(name, value);
    memory()?.setItem(name, value);
  }
}

export function forget(name) {
  remembered.delete(name);
  memory()?.removeItem(name);
}

export const secret = () => kept(NAME);
export const keepSecret = (value) => keep(NAME, value);
export const forgetSecret = () => forget(NAME);

// For a page that is left for good: nothing stays, whatever it was.
export function takeSecret() {
  const value = secret();
  isLeft = true;
  remembered.clear();
  memory()?.clear();
  return value;
}
