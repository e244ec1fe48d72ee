// The tab's key to its talk: the only thing that is ever kept, and only as long as the tab.
const NAME = "talk";

export function secret() {
  return sessionStorage.getItem(NAME);
}

export function keepSecret(value) {
  sessionStorage.setItem(NAME, value);
}

export function forgetSecret() {
  sessionStorage.removeItem(NAME);
}
