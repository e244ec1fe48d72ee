// The tab's key to its talk: the only thing that is ever kept, and only as long as the tab.
const NAME = "talk";
// Some browsers let a frame keep nothing at all. The page itself remembers then: as long as it is
// there, and not through a reload.
let remembered = null;

function memory() {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}

export function secret() {
  return memory()?.getItem(NAME) ?? remembered;
}

export function keepSecret(value) {
  remembered = value;
  memory()?.setItem(NAME, value);
}

export function forgetSecret() {
  remembered = null;
  memory()?.removeItem(NAME);
}

// For a page that is left for good: nothing stays, whatever it was.
export function takeSecret() {
  const value = secret();
  remembered = null;
  memory()?.clear();
  return value;
}
