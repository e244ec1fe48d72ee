// A worker: finds the number of a proof of work, so that the page stays quick meanwhile.
// A hash at a time through crypto.subtle would take ten times as long as this does.
const ROUNDS = 64;
const primes = [];
for (let n = 2; primes.length < ROUNDS; n += 1) {
  if (primes.every((prime) => n % prime)) {
    primes.push(n);
  }
}
const fraction = (root) => ((root % 1) * 2 ** 32) | 0;
const K = Int32Array.from(primes, (prime) => fraction(prime ** (1 / 3)));
const START = Int32Array.from(primes.slice(0, 8), (prime) => fraction(prime ** (1 / 2)));
const words = new Int32Array(ROUNDS);
const state = new Int32Array(8);

const turned = (word, by) => (word >>> by) | (word << (32 - by));

// SHA-256 of one block, which holds all that is hashed here: salt and number have at most 55 bytes.
function hash(block) {
  for (let i = 0; i < 16; i += 1) {
    words[i] = block.getInt32(4 * i);
  }
  for (let i = 16; i < ROUNDS; i += 1) {
    const early = words[i - 15];
    const late = words[i - 2];
    const one = turned(early, 7) ^ turned(early, 18) ^ (early >>> 3);
    const two = turned(late, 17) ^ turned(late, 19) ^ (late >>> 10);
    words[i] = (words[i - 16] + one + words[i - 7] + two) | 0;
  }
  let [a, b, c, d, e, f, g, h] = START;
  for (let i = 0; i < ROUNDS; i += 1) {
    const mixed = (e & f) ^ (~e & g);
    const first = (h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + mixed + K[i] + words[i]) | 0;
    const most = (a & b) ^ (a & c) ^ (b & c);
    const second = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + most) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  state.set(START);
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
  return state;
}

const bytes = new Uint8Array(64);
const block = new DataView(bytes.buffer);

// Puts the number behind the salt, and the end and the length behind both.
function blockOf(salted, number) {
  const digits = String(number);
  for (let i = 0; i < digits.length; i += 1) {
    bytes[salted + i] = digits.charCodeAt(i);
  }
  bytes[salted + digits.length] = 0x80;
  block.setInt32(60, 8 * (salted + digits.length));
  return block;
}

onmessage = ({ data: { salt, challenge, maxnumber } }) => {
  const wanted = Int32Array.from({ length: 8 }, (_, i) => parseInt(challenge.slice(8 * i, 8 * i + 8), 16) | 0);
  bytes.fill(0).set(new TextEncoder().encode(salt));
  for (let number = 0; number <= maxnumber; number += 1) {
    const found = hash(blockOf(salt.length, number));
    if (found[0] === wanted[0] && found.every((word, i) => word === wanted[i])) {
      postMessage(number);
      return;
    }
  }
  postMessage(null);
};
