// What in a message looks as if it showed who somebody is. Nothing leaves the page: it is asked
// before a message is sent, and rather misses something than cries wolf.
import { isNorwegian, isSwedish } from "./national.js";
import { bare, phonesIn } from "./phones.js";

const EMAIL = /[\p{L}\p{N}._%+-]+ ?(?:@|\(at\)|\[at\]|krøllalfa|snabel-?a) ?[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*\.\p{L}{2,}/giu;
const NORWEGIAN = /(?<!\d|[+,.])\d{2}[ .]?\d{2}[ .]?\d{2}[ .-]?\d{3}[ .]?\d{2}(?!\d)/g;
const SWEDISH = /(?<!\d|[+,.])(?:19|20)?(\d{6})[ +-]?(\d{4})(?!\d)/g;
const NUMBER_NAMED = /(?:fødselsnummer|fødselsnr|personnummer|personnr|fnr|d-nummer|samordningsnummer)[^\d\n]{0,20}(?:\d[ .-]?){10,12}(?!\d)/iu;

const STREET = "gata|gaten|gate|veien|vegen|vei|veg|svingen|bakken|kroken|allé|alleen|alléen|stien"
  + "|gatan|vägen|gränd|gränden|stigen|backen|allén";
const UNITS = "ganger?|gånger|gång|timer?|timmar|minutter|minuter|min|dag(?:er|ar)?|uker|veckor|år|måneder|månader"
  + "|mnd|km|mil|m|meter|kr|kroner|kronor|stk|personer|sekunder|x|times|hours|minutes|days|weeks|years";
const NUMBER = `\\s+\\d{1,3}(?:\\s?[a-h](?!\\p{L}))?(?![\\d/:]|[.,]\\d|\\s*(?:%|(?:${UNITS})(?!\\p{L})))`;
const ADDRESSES = [
  new RegExp(`(?<!\\p{L})\\p{L}{2,}(?:${STREET})${NUMBER}`, "iu"),
  new RegExp(`(?<!\\p{L})\\p{Lu}\\p{Ll}+\\s(?:[Gg]ate|[Gg]ata|[Vv]ei|[Vv]eg|[Vv]äg|[Pp]lass|[Pp]lats)${NUMBER}`, "u"),
  /(?<!\p{L})(?:[Bb]or|[Bb]ur|[Aa]dress\p{L}*|[Ll]ive)(?!\p{L})[^.!?\n]{0,40}?(?<!\d)(?!(?:19|20)\d\d )(?:\d{4}|\d{3} ?\d\d)\s+\p{Lu}\p{Ll}+/u,
];

const TELLS_NAME = /(?<!\p{L})(?:(?:jeg|eg|æ|jag)\s+(?:heter|heiter|heite)|(?:navnet|namnet)\s+mitt\s+er|mitt\s+(?:navn|namn)\s+(?:er|är)|my\s+name\s+is)\s+([\p{L}-]{2,})\s+([\p{L}-]{2,})/giu;
const IS_NAME = /(?<!\p{L})(?:[Jj]eg er|[Ee]g er|[Jj]ag är|I am|I'm)\s+\p{Lu}\p{Ll}+\s+\p{Lu}\p{Ll}+/u;
// What follows a first name, or is said instead of one.
const NO_NAMES = new Set((
  "og men er jeg eg som ikke ikkje på fra frå bare berre egentlig hei til du det den for med her har går bor bur"
  + " skal vil kan ville så at hva eller også noe noen litt samme"
  + " och är jag inte bara egentligen hej det jag här från som och men eller något typ vill har går samma"
  + " and but am im not from just hi with the no my really so what same"
).split(" "));

// Returns the kinds that were found: national, phone, email, address, name.
export function revealedIn(text, known = new Set()) {
  const plain = text.normalize("NFKC").replace(/[\u200b-\u200f\u2060\ufeff]/g, "").replace(/[\u2010-\u2015]/g, "-");
  const asked = {
    national: () => hasNational(plain),
    phone: () => phonesIn(withoutNationals(plain), known).length > 0,
    email: () => [...plain.matchAll(EMAIL)].some(([said]) => !known.has(said.toLowerCase())),
    address: () => ADDRESSES.some((address) => address.test(plain)),
    name: () => hasName(plain),
  };
  return Object.keys(asked).filter((kind) => asked[kind]());
}

// The line's own numbers and addresses stand on the page: nobody gives themselves away by them.
export function knownOn(page) {
  const links = [...page.querySelectorAll('a[href^="tel:"], a[href^="sms:"], a[href^="mailto:"]')];
  const said = links.map((link) => link.getAttribute("href").replace(/^\w+:/, "").toLowerCase());
  return new Set(said.map((one) => (one.includes("@") ? one : bare(one))));
}

function nationalsIn(text) {
  const norwegian = [...text.matchAll(NORWEGIAN)].filter(([said]) => isNorwegian(said.replace(/\D/g, "")));
  const swedish = [...text.matchAll(SWEDISH)].filter(([said, date, rest]) => (
    isSwedish(date + rest) && !/^07[02369]/.test(said)
  ));
  return [...norwegian, ...swedish];
}

function hasNational(text) {
  return nationalsIn(text).length > 0 || NUMBER_NAMED.test(text);
}

function withoutNationals(text) {
  return nationalsIn(text).reduce((rest, [said]) => rest.replace(said, " "), text);
}

function hasName(text) {
  const told = [...text.matchAll(TELLS_NAME)].map(([, first, last]) => [first, last]);
  const isOne = (word) => !NO_NAMES.has(word.toLowerCase());
  return IS_NAME.test(text) || told.some((names) => names.every(isOne));
}
