// Telephone numbers as people write them in Norway and Sweden, and what only looks like one.
import { isDay } from "./national.js";

const BETWEEN = "[ .\u00a0-]";
const SHAPES = [
  // Abroad, or home with the country's number.
  /(?<![\d+])(?:\+|00) ?[1-9](?:[ .()\u00a0-]{0,2}\d){7,13}(?!\d)/g,
  // Norwegian mobiles, and eight digits in one.
  new RegExp(`(?<!\\d|[+,.])[49]\\d\\d${BETWEEN}\\d\\d${BETWEEN}\\d{3}(?!\\d)`, "g"),
  /(?<!\d|[+,.]|\d[ -])[49]\d{3} \d{4}(?![ -]?\d)/g,
  /(?<!\d|[+,.])[2-79]\d{7}(?!\d)/g,
  // Four pairs, or one digit at a time.
  /(?<!\d|\d[ .-]|[+,.])[2-79]\d([ .\u00a0-])\d\d\1\d\d\1\d\d(?![ .-]?\d)/g,
  /(?<!\d|\d[ .-]|[+,.])[2-79](?:([ .\u00a0-])\d)(?:\1\d){6}(?![ .-]?\d)/g,
  // Sweden: mobiles, and towns with a hyphen.
  /(?<!\d|[+,.])07[02369](?:[ \u00a0-]{0,2}\d){7}(?![ -]?\d)/g,
  /(?<!\d|[+,.-])(?!020|077|09)0[1-9]\d{0,2}-\d(?: ?\d){4,7}(?![ -]?\d)/g,
];
const UNITS = "kr|kroner|kronor|nok|sek|euro|mg|ml|gram|kg|km|kcal|kalorier|stk|år|folk|mennesker|människor"
  + "|følgere|följare|followers|visninger|visningar|views|ganger|gånger|poeng|poäng|%|,-";
const BEFORE = /(?:\b(?:kr|nok|sek|kl|klokka|klokken|klockan|uke|vecka|ordre\w*|saksnummer|sak)[.:]?|[€$£#])\s*$/iu;
const AFTER = new RegExp(`^\\s*(?:${UNITS})(?!\\p{L})`, "iu");

// The numbers in `text` as bare digits, without those that are in `known`.
export function phonesIn(text, known = new Set()) {
  const found = SHAPES.flatMap((shape) => [...text.matchAll(shape)]);
  return found.filter((match) => isPhone(match, text)).map(([said]) => bare(said)).filter((one) => !known.has(one));
}

// As one number is known in its country: +47 22 33 44 55 and 22334455 are the same.
export function bare(said) {
  const digits = said.replace(/[^\d+]/g, "").replace(/^00/, "+");
  return digits.replace(/^\+4[67]/, "").replace(/^[+0]+/, "");
}

function isPhone(match, text) {
  const [said] = match;
  const digits = said.replace(/\D/g, "");
  const end = match.index + said.length;
  return !BEFORE.test(text.slice(0, match.index)) && !AFTER.test(text.slice(end))
    && !/0{5}$/.test(digits) && !isSteady(said) && (/^(?:\+|0)/.test(said) || !isDate(digits));
}

// 24122010 and 20101224 are days, and so is 24 12 20 10.
function isDate(digits) {
  const [first, second, third, fourth] = digits.match(/\d\d/g).map(Number);
  const isYear = (century) => century === 19 || century === 20;
  return (isYear(third) && isDay(first, second)) || (isYear(first) && isDay(fourth, third));
}

// 20 30 40 50 and 9 8 7 6 5 4 3 2 are counted, not called.
function isSteady(said) {
  const parts = said.split(/\D+/).filter(Boolean).map(Number);
  const steps = new Set(parts.slice(1).map((part, index) => part - parts[index]));
  return parts.length > 3 && steps.size === 1;
}
