// The visitor's page: front, talk and end on one address.
import { Composer } from "./composer.js";
import { linksInPlace } from "./inplace.js";
import { watchLeaving } from "./leaving.js";
import { Line } from "./line.js";
import { watchParting } from "./parting.js";
import { PROTOCOL } from "./protocol.js";
import { lastFromOther } from "./reading.js";
import { Room } from "./room.js";
import { forgetSecret, secret } from "./secret.js";
import { watchStanding } from "./standing.js";
import { watchStart } from "./start.js";
import { Talk } from "./talk.js";
import { Thread } from "./thread.js";
import { typingSign } from "./typing.js";
import { watchUnanswered } from "./unanswered.js";
import { hearVisitor } from "./visitor_hears.js";
import { word } from "./words.js";

const TELL_AFTER = 1200;
const find = (name) => document.querySelector(`[data-${name}]`);

const talk = new Talk("visitor");
const room = new Room();
const thread = new Thread(find("log"), talk, {
  nameOf: (message) => (message.from === "system" ? "" : page.counsellor?.title || word("them")),
  scroller: find("scroll"),
});
const page = { talk, room, thread, typing: typingSign(find("typing")), counsellor: null, leaving: false };
let downTimer = 0;

const line = new Line("/ws/visitor", {
  hello: () => ({ protocol: PROTOCOL, secret: secret(), after: talk.after }),
  onFrame: (frame) => hearVisitor(page, frame),
  onState: (state) => lineBecame(state),
});
page.line = line;

page.become = (state, counsellor) => {
  page.counsellor = state === "waiting" ? null : counsellor || page.counsellor;
  room.become(state, page.counsellor);
};

page.over = (title, text, extras) => {
  line.close();
  room.end(title, text, extras);
};

page.more = (frame) => frame.more && line.send({ type: "more", after: talk.after });

page.seen = () => {
  const last = lastFromOther(talk);
  if (!document.hidden && last > talk.seenByMe && line.send({ type: "seen", seq: last })) {
    talk.seenByMe = last;
  }
};

function lineBecame(state) {
  clearTimeout(downTimer);
  room.trouble("restarting", state === "restarting");
  if (state === "up") {
    room.trouble("own_down", false);
  } else if (state === "down") {
    page.typing.hide();
    downTimer = setTimeout(() => room.trouble("own_down", true), TELL_AFTER);
  } else if (state === "replaced") {
    page.over(word("replaced"), word("replaced_text"), { here: true });
  } else if (state === "shut") {
    forgetSecret();
    page.over(word("gone"), word("gone_text"));
  } else if (state === "refused") {
    page.over(word("refused"), word("refused_text"));
  }
}

function enter() {
  room.enter();
  page.become("connecting");
  line.open();
  find("draft").focus();
}

new Composer(find("composer"), {
  onSay: (text) => {
    line.send(talk.say(text));
    thread.show();
  },
  onTyping: () => line.send({ type: "typing" }),
});

find("typing-words").textContent = `${word("them")} ${word("typing")}`;
document.addEventListener("visibilitychange", page.seen);
watchParting({ talk, line, room, page });
watchUnanswered(line, () => [talk]);
linksInPlace();
watchLeaving({ beforeLeaving: () => line.send({ type: "leave" }) });
watchStart({ onStarted: enter });
watchStanding({ isIdle: () => document.body.dataset.state !== "talk" });
if (secret()) {
  enter();
}
