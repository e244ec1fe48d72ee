// The tab's key to its talk, and the way between two lines while somebody is passed on: the only things
// that are ever kept, and only as long as the tab.
const [TALK, WAY] = ["talk", "way"];
// Some browsers let a frame keep nothing at all. The page itself remembers then: as long as it is
// there, and not through a reload.
const remembered = new Map();
// What is answered to a page that is being left is not kept any more.
let isLeft = false;

function memory() {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}

function kept(name) {
  return memory()?.getItem(name) ?? remembered.get(name) ?? null;
}

function keep(name, value) {
  if (!isLeft) {
    remembered.set(name, value);
    memory()?.setItem(name, value);
  }
}

function forget(name) {
  remembered.delete(name);
  memory()?.removeItem(name);
}

export const secret = () => kept(TALK);
export const keepSecret = (value) => keep(TALK, value);
export const forgetSecret = () => forget(TALK);

// Plain words: `{to, back, from}` on the way, `{back, name, url}` where there is a way back, `{return}` on it.
export const way = () => JSON.parse(kept(WAY));
export const keepWay = (value) => keep(WAY, JSON.stringify(value));
export const forgetWay = () => forget(WAY);

// For a page that is left for good: nothing stays, whatever it was.
export function takeSecret() {
  const value = secret();
  isLeft = true;
  remembered.clear();
  memory()?.clear();
  return value;
}
