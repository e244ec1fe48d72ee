// Talks side by side: as many as the counsellor chooses and the screen has room for, and of all
// talks those that were attended to last.
const ROOM = [matchMedia("(min-width: 75rem)"), matchMedia("(min-width: 95rem)")];

export class Beside {
  constructor(panes) {
    this.panes = panes;
    this.group = document.querySelector("[data-beside]");
    this.buttons = [...this.group.querySelectorAll("[data-side]")];
    this.lately = [];
    this.chosen = this.room();
    this.buttons.forEach((button) => {
      button.addEventListener("click", () => this.choose(Number(button.dataset.side)));
    });
    ROOM.forEach((room) => room.addEventListener("change", () => this.show()));
  }

  room() {
    return 1 + ROOM.filter((room) => room.matches).length;
  }

  choose(count) {
    this.chosen = count;
    this.show();
  }

  // One more, and after the most one again.
  next() {
    const now = Math.min(this.chosen, this.room());
    this.choose(now < this.room() ? now + 1 : 1);
  }

  attend(pane) {
    this.lately = [pane, ...this.lately.filter((one) => one !== pane)];
    this.show();
  }

  show() {
    const all = this.panes.all();
    const [room, isMany] = [this.room(), all.length > 1];
    const count = Math.min(this.chosen, room);
    this.lately = this.lately.filter((pane) => all.includes(pane));
    const shown = [...new Set([...this.lately, ...all])].slice(0, count);
    all.forEach((pane) => pane.element.toggleAttribute("data-shown", shown.includes(pane)));
    this.group.hidden = room === 1 || !isMany;
    this.buttons.forEach((button) => {
      button.hidden = Number(button.dataset.side) > room;
      button.setAttribute("aria-pressed", String(Number(button.dataset.side) === count));
    });
  }
}
