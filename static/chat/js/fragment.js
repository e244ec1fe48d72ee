// Whoever is passed on, or comes back, brings a word in the address that is good once. It is taken out
// of the address before anything else happens, and kept until it has been answered.
import { keepWay } from "./secret.js";

export function takeFragment() {
  const [, kind, said] = /^#(handoff|back)=(.+)$/.exec(location.hash) || [];
  if (!kind) {
    return;
  }
  location.replace("#");
  const [to, back, from] = said.split(".");
  keepWay(kind === "back" ? { return: said } : { to, back, from });
}
