// Which way a line goes: a WebSocket, and where nobody lets one through, the next way. What has worked
// is kept for as long as the page is open, and nowhere else.
import { CLOSED } from "./protocol.js";

const TRIES = 2;
// A way that has worked here is there again when the network is.
const TRIES_OF_PROVEN = 5;
const FROM_SERVER = new Set(Object.values(CLOSED));

export class Ways {
  constructor(path, others) {
    const url = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`;
    this.all = [() => new WebSocket(url), ...others.map((Way) => () => new Way())];
    this.now = 0;
    this.failures = 0;
    this.proven = null;
  }

  open() {
    return this.all[this.now]();
  }

  worked() {
    this.failures = 0;
    this.proven = this.now;
  }

  // `heldUp`: the server can be reached, and what it says is not let through. Says whether another way
  // is next, which there is no reason to wait for.
  failed(code, heldUp) {
    if (FROM_SERVER.has(code)) {
      return false;
    }
    const before = this.now;
    this.failures += 1;
    const enough = this.failures >= (this.proven === this.now ? TRIES_OF_PROVEN : TRIES);
    if (heldUp && (this.now > 0 || this.proven === null)) {
      this.turn(this.now + 1);
    } else if (enough) {
      // Where nothing at all gets through, no way is to blame, and the first is the best.
      this.turn(this.now === 0 ? 1 : 0);
    }
    return this.now > before;
  }

  turn(way) {
    this.now = way % this.all.length;
    this.failures = 0;
  }
}
