// What a screen reader says by itself: what the other one writes, once, and how the talk stands.
// Not one's own messages, and not what stood there before: the list of messages is silent.
const KEPT = 5;

export class Announcer {
  constructor(place) {
    this.place = place;
  }

  say(text) {
    const line = document.createElement("p");
    line.textContent = text;
    this.place.append(line);
    while (this.place.childElementCount > KEPT) {
      this.place.firstElementChild.remove();
    }
  }

  messages(messages, nameOf) {
    messages.filter((one) => one.from !== "visitor").forEach((one) => {
      this.say([one.name || nameOf(one), one.text].filter(Boolean).join(": "));
    });
  }

  forget() {
    this.place.replaceChildren();
  }
}
