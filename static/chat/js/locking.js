// A desk that is locked: what was said is taken out of the page until who was away is back.
import { usePasskey } from "./passkey.js";
import { cloneOf, word } from "./words.js";

const JSON_ONLY = { Accept: "application/json" };
// Where what was said, and who waits, is shown.
const TAKEN_OUT = ["panes", "tabs", "queue", "offers"];

export class Lock {
  constructor({ path, onUnlocked }) {
    this.path = path;
    this.onUnlocked = onUnlocked;
    this.kept = null;
  }

  // Nobody has been at this window; there may be somebody at another. Who cannot be asked is not there.
  async look(line) {
    const said = await this.fetched({});
    if (said?.step !== "in" && !this.kept) {
      line.close();
      this.cover(said);
    }
  }

  async cover(said) {
    if (this.kept) {
      return;
    }
    document.querySelectorAll("dialog[open]").forEach((dialog) => dialog.close());
    this.title = document.title;
    document.title = word("locked");
    this.hidden = [...document.body.children].filter((one) => !one.hidden && one.localName !== "template");
    this.hidden.forEach((one) => (one.hidden = true));
    this.kept = TAKEN_OUT.map((name) => {
      const place = document.querySelector(`[data-${name}]`);
      const children = [...place.childNodes];
      place.replaceChildren();
      return [place, children];
    });
    this.build();
    this.heard(said ?? (await this.fetched({})));
  }

  build() {
    this.element = cloneOf("lock");
    document.body.append(this.element);
    this.form = this.find("unlock-form");
    this.passkey = this.find("passkey");
    this.form.addEventListener("submit", async (event) => {
      event.preventDefault();
      this.heard(await this.fetched({ method: "POST", body: new FormData(this.form) }));
    });
    this.find("passkey-button").addEventListener("click", async () => {
      if (await usePasskey(this.passkey, this.options)) {
        this.form.requestSubmit();
      }
    });
    this.form.elements.password.focus();
  }

  find(name) {
    return this.element.querySelector(`[data-${name}]`);
  }

  async fetched(asked) {
    try {
      return await (await fetch(this.path, { ...asked, headers: JSON_ONLY })).json();
    } catch {
      return null;
    }
  }

  heard(said) {
    if (said?.step === "in") {
      this.uncover();
    } else if (said?.step === "out") {
      location.reload();
    } else if (said) {
      this.options = said.passkey;
      this.find("lock-code").hidden = !said.code;
      this.passkey.hidden = !said.passkey || !window.PublicKeyCredential;
      this.form.elements.factor_credential.value = "";
      this.say(said.step && `lock.${said.step}`);
    } else {
      this.say("lock_away");
    }
  }

  say(name) {
    const said = this.find("lock-said");
    said.textContent = name ? word(name) : "";
    said.hidden = !name;
  }

  uncover() {
    this.element.remove();
    this.kept.forEach(([place, children]) => place.append(...children));
    this.hidden.forEach((one) => (one.hidden = false));
    document.title = this.title;
    this.kept = null;
    this.onUnlocked();
  }
}
