// What was refused for the moment goes again, and what is said meanwhile waits behind it: a later
// message must not overtake an earlier one.
const KEEPS_TRYING = 3000;

export function holdBack(talk, resend) {
  talk.held = true;
  clearTimeout(talk.retry);
  talk.retry = setTimeout(() => {
    talk.held = false;
    resend();
  }, KEEPS_TRYING);
}
