// National identity numbers of Norway and Sweden, those of people who are only staying for a while
// and those that are made up for tests among them: whoever is asked for one may give any.
const NORWEGIAN_FIRST = [3, 7, 6, 1, 8, 9, 4, 5, 2, 1];
const NORWEGIAN_SECOND = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1];
// From 2032 on the first check digit may leave any of these.
const NORWEGIAN_RESTS = 3;
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

export function isDay(day, month) {
  return day >= 1 && day <= DAYS[month - 1];
}

// Eleven digits: the day has 40 more in a D-number; the month has 40, 65 or 80 more in what is made up.
export function isNorwegian(number) {
  const day = Number(number.slice(0, 2));
  const month = Number(number.slice(2, 4));
  const added = [80, 65, 40, 0].find((more) => month > more);
  return isDay(day > 40 ? day - 40 : day, month - added)
    && weighed(number, NORWEGIAN_FIRST) <= NORWEGIAN_RESTS
    && weighed(number, NORWEGIAN_SECOND) === 0;
}

// Ten digits, the year in two: the day has 60 more in a samordningsnummer.
export function isSwedish(number) {
  const day = Number(number.slice(4, 6));
  return isDay(day > 60 ? day - 60 : day, Number(number.slice(2, 4))) && luhn(number) === 0;
}

function weighed(number, weights) {
  return weights.reduce((sum, weight, place) => sum + weight * Number(number[place]), 0) % 11;
}

function luhn(number) {
  const doubled = [...number].map((digit, place) => Number(digit) * (place % 2 ? 1 : 2));
  return doubled.reduce((sum, value) => sum + (value > 9 ? value - 9 : value), 0) % 10;
}
