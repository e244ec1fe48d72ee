// The way of somebody who is passed on, as their tab keeps it: `{to, back, from}` on the way there, `{back,
// name, url}` where there is a way back, `{return}` on it.
import { forget, keep, kept } from "../../chat/js/secret.js";

export function way() {
  const said = kept("way");
  // As it stood in the address.
  const [, kind, words] = /^#(handoff|back)=(.*)$/.exec(said || "") || [];
  if (!kind) {
    return said && JSON.parse(said);
  }
  const [to, back, from] = words.split(".");
  return kind === "back" ? { return: words } : { to, back, from };
}

export const keepWay = (value) => keep("way", JSON.stringify(value));

export const forgetWay = () => forget("way");
