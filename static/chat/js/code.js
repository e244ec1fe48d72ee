// A code as people write it: a slip of the pen is found here, before anybody is asked.
// The same as in chat/codes.py.
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CHANCE = 14;
const LENGTH = 16;
const PRIME = 1021;

// Returns the sixteen signs, or null for what is no code.
export function readCode(text) {
  const kept = text.toUpperCase().replace(/[^\p{L}\p{N}]/gu, "");
  const signs = kept.replaceAll("O", "0").replace(/[IL]/g, "1");
  const values = [...signs].map((sign) => ALPHABET.indexOf(sign));
  if (values.length !== LENGTH || values.includes(-1)) {
    return null;
  }
  const rest = values.slice(0, CHANCE).reduce((sum, value) => (sum * 32 + value) % PRIME, 0);
  return rest === values[CHANCE] * 32 + values[CHANCE + 1] ? signs : null;
}
