// What is known of one conversation: plain state, no page. `own` is whose side this is. Every talk has
// an object of its own, so no message can reach another's window.
import { placed } from "./cards.js";

export class Talk {
  constructor(own, { conversation = null } = {}) {
    this.own = own;
    this.conversation = conversation;
    [this.messages, this.cards, this.pending] = [new Map(), new Map(), new Map()];
    this.doomed = new Set();
    this.erasedThrough = 0;
    this.seenByOther = 0;
    this.seenByMe = 0;
    this.erasing = false;
    this.held = false;
  }

  // The last number up to which nothing is missing.
  get after() {
    let seq = this.erasedThrough;
    while (this.messages.has(seq + 1)) {
      seq += 1;
    }
    return seq;
  }

  // Something was sent and nothing has come back for it.
  get isWaiting() {
    return [...this.pending.values()].some((message) => message.state === "pending");
  }

  hear(message) {
    if (message.seq <= this.erasedThrough) {
      return false;
    }
    const isNew = !this.messages.has(message.seq);
    if (isNew) {
      this.messages.set(message.seq, message);
    }
    if (message.id) {
      this.settle(message.id);
    }
    return isNew;
  }

  hearAll(messages, erasedThrough = this.erasedThrough) {
    this.erase(erasedThrough);
    return (messages || []).filter((message) => this.hear(message));
  }

  // `id` is this side's own: a resend carries it again and is stored once. Returns null while
  // earlier messages are held back.
  say(text) {
    const id = crypto.randomUUID();
    this.pending.set(id, { id, from: this.own, text, at: new Date().toISOString(), state: "pending" });
    return this.held ? null : this.frameOf(this.pending.get(id));
  }

  said({ id, seq, at }) {
    const message = this.pending.get(id);
    this.settle(id);
    if (message && seq > this.erasedThrough) {
      this.messages.set(seq, { ...message, seq, at, state: undefined });
    }
  }

  settle(id) {
    this.pending.delete(id);
    this.doomed.delete(id);
  }

  refuse(id) {
    const message = this.pending.get(id);
    if (message) {
      message.state = "unsent";
    }
  }

  // Everything written until now shall go: what is not yet stored must not be sent again.
  wishErased() {
    this.erasing = true;
    this.doomed = new Set(this.pending.keys());
  }

  erase(through) {
    if (through <= this.erasedThrough) {
      return;
    }
    this.erasedThrough = through;
    this.cards.clear();
    for (const seq of [...this.messages.keys()].filter((seq) => seq <= through)) {
      this.messages.delete(seq);
    }
  }

  // What to send after the line has come back, in the order in which it was written.
  unsent() {
    this.doomed.forEach((id) => this.settle(id));
    const again = [...this.pending.values()].filter(({ state }) => state === "pending");
    const frames = again.map((message) => this.frameOf(message));
    return this.erasing ? [{ type: "erase" }, ...frames] : frames;
  }

  inOrder() {
    const stored = [...this.messages.values()].sort((one, other) => one.seq - other.seq);
    return [...placed(stored, this.cards), ...this.pending.values()];
  }

  forget() {
    [this.messages, this.pending, this.cards].forEach((kept) => kept.clear());
    this.erasedThrough = 0;
  }

  // `ref` brings a refusal back to the message that it is about.
  frameOf({ id, text }) {
    const where = this.conversation ? { conversation: this.conversation } : {};
    return { type: "say", ...where, id, text, ref: id };
  }
}
