// A line that comes back by itself, by whichever way is open. It is "up" only after the server's welcome.
import { FIRST_ATTEMPTS, OPEN_WITHIN, WELCOME_WITHIN, waitBefore } from "./patience.js";
import { CLOSED, FINAL, LOST } from "./protocol.js";
import { Ways } from "./ways.js";

export class Line {
  constructor(path, { hello, onFrame, onState, otherWays = [] }) {
    this.ways = new Ways(path, otherWays);
    this.hello = hello;
    this.onFrame = onFrame;
    this.onState = onState;
    this.state = "idle";
    this.attempts = 0;
    addEventListener("offline", () => this.drop());
    addEventListener("online", () => this.hurry());
    document.addEventListener("visibilitychange", () => document.hidden || this.hurry());
  }

  open() {
    clearTimeout(this.timer);
    this.release();
    this.miss();
    const socket = this.ways.open();
    this.socket = socket;
    this.expect(OPEN_WITHIN);
    socket.onopen = () => {
      this.expect(WELCOME_WITHIN);
      socket.send(JSON.stringify({ type: "hello", ...this.hello() }));
    };
    socket.onmessage = (event) => this.receive(JSON.parse(event.data));
    socket.onclose = (event) => this.lose(event.code, event.heldUp);
  }

  // Some networks neither let a line through nor say so.
  expect(within) {
    clearTimeout(this.late);
    this.late = setTimeout(() => this.lose(LOST, true), within);
  }

  receive(frame) {
    if (frame.type === "welcome") {
      this.attempts = 0;
      clearTimeout(this.late);
      this.ways.worked();
      this.become("up");
    }
    this.onFrame(frame);
  }

  // Returns false when there is no line: the caller keeps what it wanted to say.
  send(frame) {
    if (!frame || this.state !== "up" || this.socket.readyState !== WebSocket.OPEN) {
      return false;
    }
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  lose(code, heldUp = false) {
    this.release();
    const turned = this.ways.failed(code, heldUp);
    if (FINAL.has(code)) {
      this.become(FINAL.get(code));
      return;
    }
    this.miss(code);
    this.again(code, turned ? 0 : this.attempts);
  }

  // While the ways are tried for the first time nothing has been lost.
  miss(code = LOST) {
    const isFirst = this.ways.proven === null && this.attempts < FIRST_ATTEMPTS;
    this.become(code === CLOSED.restarting ? "restarting" : isFirst ? "connecting" : "down");
  }

  again(code = LOST, attempts = this.attempts) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.open(), waitBefore(attempts, code));
    this.attempts += 1;
  }

  // The system says that it is gone: no way is to blame.
  drop() {
    if (this.state === "up" || this.state === "connecting") {
      this.release();
      this.miss();
      this.again();
    }
  }

  hurry() {
    if (this.state === "down" || this.state === "restarting") {
      this.attempts = Math.min(this.attempts, 2);
      this.again();
    }
  }

  close() {
    clearTimeout(this.timer);
    this.release();
    this.become("closed");
  }

  release() {
    clearTimeout(this.late);
    if (this.socket) {
      this.socket.onopen = this.socket.onmessage = this.socket.onclose = null;
      this.socket.close();
      this.socket = null;
    }
  }

  become(state) {
    if (this.state !== state) {
      this.state = state;
      this.onState(state);
    }
  }
}
