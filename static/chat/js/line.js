// A socket that comes back by itself. It is "up" only after the server's welcome.
import { CLOSED } from "./protocol.js";

const FIRST_WAIT = 500;
const LONGEST_WAIT = 20000;
const AFTER_FLOODING = 30000;
// Whoever is not coming back by itself: another window has the talk, or the door stays shut.
const FINAL = new Map([
  [CLOSED.replaced, "replaced"],
  [CLOSED.notLetIn, "shut"],
  [CLOSED.wrongOrigin, "refused"],
]);

export class Line {
  constructor(path, { hello, onFrame, onState }) {
    this.url = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`;
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
    this.become(this.attempts ? "down" : "connecting");
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.onopen = () => socket.send(JSON.stringify({ type: "hello", ...this.hello() }));
    socket.onmessage = (event) => this.receive(JSON.parse(event.data));
    socket.onclose = (event) => this.lose(event.code);
  }

  receive(frame) {
    if (frame.type === "welcome") {
      this.attempts = 0;
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

  lose(code) {
    if (FINAL.has(code)) {
      this.become(FINAL.get(code));
      return;
    }
    this.become(code === CLOSED.restarting ? "restarting" : "down");
    this.again(code === CLOSED.flooding ? AFTER_FLOODING : 0);
  }

  // Half of each wait is chance, so that a restarted server is not met by everybody at once.
  again(least) {
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.attempts);
    this.attempts += 1;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.open(), Math.max(least, wait / 2 + (Math.random() * wait) / 2));
  }

  // A line that has died without saying so, or that the system says is gone.
  drop() {
    if (this.state === "up" || this.state === "connecting") {
      this.release();
      this.become("down");
      this.again(0);
    }
  }

  hurry() {
    if (this.state === "down" || this.state === "restarting") {
      this.attempts = Math.min(this.attempts, 2);
      this.again(0);
    }
  }

  close() {
    clearTimeout(this.timer);
    this.release();
    this.become("closed");
  }

  release() {
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
