// A notification of the system's own, for whoever looks at another window. It says that somebody
// waits and nothing about them: who passes by the screen may read it.
import { word } from "./words.js";

export class Notice {
  constructor(button, note) {
    this.isPossible = "Notification" in window;
    this.button = button;
    this.note = note;
    this.isOn = this.isPossible && Notification.permission === "granted";
    button.hidden = !this.isPossible;
    button.addEventListener("click", () => this.toggle());
    this.show();
  }

  // Asked for by a button and never by itself.
  async toggle() {
    const permission = this.isOn ? "granted" : await Notification.requestPermission();
    this.isOn = !this.isOn && permission === "granted";
    this.show();
  }

  show() {
    this.button.setAttribute("aria-pressed", String(this.isOn));
    const isRefused = this.isPossible && Notification.permission === "denied";
    this.note.textContent = isRefused ? word("notice_refused") : "";
  }

  tell() {
    if (!this.isOn || (!document.hidden && document.hasFocus())) {
      return;
    }
    this.close();
    this.told = new Notification(word("somebody_waits"), { tag: "waiting", silent: true });
    this.told.addEventListener("click", () => {
      window.focus();
      this.close();
    });
  }

  close() {
    this.told?.close();
    this.told = null;
  }
}
