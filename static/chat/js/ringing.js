// Rings once for each who comes, where this member can take them, and for nobody who has left.
export class Ringing {
  constructor({ sound, notice, canTake }) {
    Object.assign(this, { sound, notice, canTake });
    this.waiting = [];
    this.known = new Set();
    this.isCut = false;
  }

  // `quietly`: whoever has just opened the desk, or said that they are ready, looks at the queue.
  hear({ total, waiting }, quietly) {
    const listed = waiting.map((one) => one.conversation);
    this.waiting = waiting.filter((one) => one.state === "waiting").map((one) => one.conversation);
    this.known = new Set(listed.filter((one) => this.known.has(one)));
    // Of a long queue the first are told: who moves up into them has waited for long.
    if (quietly || this.isCut) {
      this.learn();
    }
    this.isCut = total > listed.length;
    this.look();
  }

  learn() {
    this.waiting.forEach((one) => this.known.add(one));
  }

  drop(conversation) {
    this.waiting = this.waiting.filter((one) => one !== conversation);
    this.look();
  }

  look() {
    if (!this.waiting.length) {
      this.sound.stop();
      this.notice.close();
    }
    if (this.canTake() && this.waiting.some((one) => !this.known.has(one))) {
      this.learn();
      this.sound.play();
      this.notice.tell();
    }
  }
}
