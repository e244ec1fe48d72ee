// A line over plain requests, for networks that let no WebSocket through. It looks like a WebSocket to
// whoever uses it; `onclose` tells besides the code whether what comes from the server is held up.
// What is sent is numbered: sent twice it is taken once, and in order (docs/protocol.md).
import { LOST } from "./protocol.js";

const OPEN = WebSocket.OPEN;
const CLOSED = WebSocket.CLOSED;
const SAY_WITHIN = 10000;
const WAITS = [500, 1000, 2000, 4000];

const pause = (time) => new Promise((done) => setTimeout(done, time));

export class OverHttp {
  constructor() {
    this.readyState = WebSocket.CONNECTING;
    this.unsent = [];
    this.sent = 0;
    this.stopped = new AbortController();
    this.parting = () => this.hangUp();
    addEventListener("pagehide", this.parting);
    this.live().catch(() => this.end(LOST));
  }

  send(text) {
    this.sent += 1;
    this.unsent.push(text);
    this.flush();
  }

  // Sends what is unsent, or without anything just that somebody is here.
  async flush() {
    if (this.flushing) {
      return;
    }
    this.flushing = true;
    do {
      const said = await this.insist("/line/say", () => this.said(), SAY_WITHIN);
      if (said) {
        this.unsent = this.unsent.slice(this.unsent.length - (this.sent - said.taken));
      }
    } while (this.readyState === OPEN && this.unsent.length);
    this.flushing = false;
  }

  said(more = "") {
    const from = this.sent - this.unsent.length + 1;
    return `{"line":"${this.line}","from":${from},"frames":[${this.unsent.join(",")}]${more}}`;
  }

  // Asks until there is an answer, but not for ever. Without one the line is lost.
  async insist(path, body, within) {
    for (const wait of [...WAITS, 0]) {
      const answer = await this.ask(path, body(), within).catch(() => null);
      if (answer?.ok) {
        return answer.json();
      }
      if (this.readyState !== OPEN || answer?.status === 404) {
        break;
      }
      await pause(wait);
    }
    this.end(LOST);
    return null;
  }

  ask(path, body, within) {
    const headers = { "Content-Type": "application/json" };
    const about = { method: "POST", credentials: "omit", cache: "no-store", headers, body };
    const late = pause(within).then(() => Promise.reject(new Error("late")));
    return Promise.race([fetch(path, { ...about, signal: this.stopped.signal }), late]);
  }

  begin(line) {
    this.line = line;
    this.readyState = OPEN;
    this.onopen?.();
  }

  hear(text) {
    if (this.readyState === OPEN) {
      this.onmessage?.({ data: text });
    }
  }

  end(code, heldUp = false) {
    if (this.readyState === CLOSED) {
      return;
    }
    this.readyState = CLOSED;
    removeEventListener("pagehide", this.parting);
    this.stopped.abort();
    this.onclose?.({ code, heldUp });
  }

  close() {
    this.onclose = null;
    this.hangUp();
    this.end(LOST);
  }

  // The page is going, and what it still had to say goes with the last request.
  hangUp() {
    if (this.readyState === OPEN) {
      navigator.sendBeacon("/line/say", new Blob([this.said(',"bye":true')], { type: "application/json" }));
    }
  }
}
