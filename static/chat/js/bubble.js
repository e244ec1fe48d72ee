// The bubble on pages that are not ours. chat/pages/bubble.py serves it as (this)(about the line).
// It keeps nothing, and shows nothing of a talk: that happens in a frame or a tab of the line's own.
(line) => {
  const EVERY = 30000;
  // With the 15 s for which an answer may be kept on its way this is less than a minute.
  const FRESH = 44000;
  const page = document;
  const nonce = page.currentScript?.nonce || "";
  if (page.querySelector("helpline-bubble")) {
    return;
  }
  const root = page.documentElement;
  const language = root.lang.slice(0, 2);
  const code = line.words[language] ? language : line.language;
  const words = line.words[code];

  function make(name, about, ...inside) {
    const element = page.createElement(name);
    Object.entries(about).forEach(([key, value]) => element.setAttribute(key, value));
    element.append(...inside);
    return element;
  }

  const quiet = { referrerpolicy: "no-referrer" },
    away = { target: "_blank", rel: "noreferrer" },
    front = `${line.home}/?lang=${code}`;
  const bubble = line.framed
    ? make("button", { type: "button", "aria-haspopup": "dialog", "aria-label": words.open })
    : make("a", { href: front, ...away, "aria-label": words.tab });
  const close = make("button", { type: "button" }, words.hide),
    blocked = make("p", { hidden: "" }, make("a", { href: front, ...away }, words.tab)),
    header = make("div", {}, make("h2", {}, line.name), close),
    panel = make("dialog", { "aria-label": line.name }, header, blocked),
    host = make("helpline-bubble", { role: "region", "aria-label": "Chat" });
  let frame, isHere, isTalking, fading, next,
    escapes = [];
  bubble.className = "bubble";
  bubble.hidden = true;
  // Styles made by script, which the page's own policy has no say in, above all of the page's rules.
  host.style.cssText = "all:initial!important;position:fixed!important;z-index:2147483647!important";
  const shadow = host.attachShadow({ mode: "open" });
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(line.css);
    shadow.adoptedStyleSheets = [sheet];
  } catch {
    shadow.append(make("style", { nonce }, line.css));
  }
  shadow.append(bubble, panel);

  const silently = { credentials: "omit", referrerPolicy: "no-referrer" };
  const fetched = async () => (await fetch(`${line.home}/api/status`, silently)).json();
  // Where the page lets scripts of ours in and no request.
  const scripted = () => new Promise((heard, onerror) => {
    const tag = make("script", { src: `${line.home}/bubble.js?standing`, nonce, ...quiet });
    tag.onload = () => tag.remove();
    page.head.append(Object.assign(tag, { heard, onerror }));
  });
  let ask = fetched;

  const hide = () => { bubble.hidden = !isTalking && !panel.open; };

  async function look() {
    clearTimeout(next);
    next = setTimeout(look, EVERY);
    if (page.hidden) {
      return;
    }
    const { accepting, staffed } = await ask().catch(() => (ask = scripted)()).catch(() => ({}));
    clearTimeout(fading);
    if (accepting && staffed) {
      bubble.hidden = false;
      fading = setTimeout(hide, FRESH);
    } else {
      hide();
    }
  }

  function leave() {
    root.style = "display:none!important";
    frame?.contentWindow.postMessage("leave", line.home);
    location.replace(line.leave);
  }

  function open() {
    if (!frame) {
      frame = make("iframe", { src: `${line.home}/framed/?lang=${code}`, title: line.name, ...quiet });
      panel.append(frame);
      setTimeout(() => { blocked.hidden = isHere; }, 5000);
    }
    panel.showModal();
    frame.focus();
  }

  close.onclick = () => panel.close();
  panel.onclose = look;
  bubble.onclick = line.framed && open;

  addEventListener("message", ({ source, origin, data }) => {
    if (frame && source === frame.contentWindow && origin === line.home) {
      isHere = blocked.hidden = true;
      isTalking = data === "talk";
      bubble.setAttribute("aria-label", isTalking ? words.back : words.open);
      if (data === "leave") {
        leave();
      }
    }
  });
  addEventListener("keydown", ({ key, repeat, timeStamp }) => {
    escapes = key === "Escape" && !repeat ? [...escapes.slice(-2), timeStamp] : [];
    if (frame && escapes.length > 2 && timeStamp - escapes[0] < 2000) {
      leave();
    }
  }, true);
  addEventListener("pageshow", ({ persisted }) => persisted && frame && location.reload());
  page.addEventListener("visibilitychange", look);
  (page.body || root).append(host);
  look();
};
