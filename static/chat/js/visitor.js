// The visitor's page: front, talk and end on one address.
import { Announcer } from "./announcing.js";
import { tab, watchClosing } from "./closing.js";
import { watchCodeEntry } from "./code_entry.js";
import { CodeOffer } from "./code_offer.js";
import { extra, takeFragment } from "./extras.js";
import { watchFrame } from "./framed.js";
import { leaveOver } from "./leaving.js";
import { Line } from "./line.js";
import { watchParting } from "./parting.js";
import { Polled } from "./polled.js";
import { PROTOCOL } from "./protocol.js";
import { lastFromOther } from "./reading.js";
import { Room } from "./room.js";
import { kept, secret } from "./secret.js";
import { watchStanding } from "./standing.js";
import { watchStart } from "./start.js";
import { Streamed } from "./streamed.js";
import { Talk } from "./talk.js";
import { tellOfLine } from "./telling.js";
import { Thread } from "./thread.js";
import { typingSign } from "./typing.js";
import { watchUnanswered } from "./unanswered.js";
import { hearVisitor } from "./visitor_hears.js";
import { word } from "./words.js";
import { watchWriting } from "./writing.js";

takeFragment();
const find = (name) => document.querySelector(`[data-${name}]`);

const talk = new Talk("visitor");
const room = new Room();
const nameOf = (message) => (message.from === "system" ? "" : page.counsellor?.title || word("them"));
const thread = new Thread(find("log"), talk, { nameOf, scroller: find("scroll") });
const announcer = new Announcer(find("announce"));
const page = { talk, room, thread, typing: typingSign(find("typing")), counsellor: null, leaving: false };
// The first page of a talk and what is fetched with it is old; after that everything is news.
let isNews = false;

const line = new Line("/ws/visitor", {
  hello: () => ({ protocol: PROTOCOL, secret: secret(), after: talk.after, tab }),
  onFrame: (frame) => hearVisitor(page, frame),
  onState: tellOfLine(page),
  otherWays: [Streamed, Polled],
});
page.line = line;
page.announce = (text) => announcer.say(text);

page.become = (state, counsellor, note) => {
  page.counsellor = state === "waiting" ? null : counsellor || page.counsellor;
  if (state !== room.state && state !== "connecting") {
    announcer.say(word(state));
  }
  room.become(state, page.counsellor, note);
};

page.news = (messages) => isNews && announcer.messages(messages, nameOf);

page.over = (title, text, extras) => {
  announcer.forget();
  line.close();
  code.forget();
  room.end(title, text, extras);
};

page.more = (frame) => {
  isNews ||= !frame.more;
  return frame.more && line.send({ type: "more", after: talk.after });
};

page.forget = () => {
  announcer.forget();
  announcer.say(word("erased"));
};

page.seen = () => {
  const last = lastFromOther(talk);
  if (!document.hidden && last > talk.seenByMe && line.send({ type: "seen", seq: last })) {
    talk.seenByMe = last;
  }
};

page.enter = (given) => {
  room.enter();
  code.offer(given);
  page.become("connecting");
  line.open();
  find("draft").focus();
};

const code = new CodeOffer(find("code-offer"));
watchWriting({
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
watchFrame();
watchClosing();
leaveOver(line);
watchStart({ onStarted: page.enter });
watchCodeEntry({ onBack: () => page.enter() });
watchStanding({ isIdle: () => document.body.dataset.state !== "talk" });
if (kept("way")) {
  room.enter();
  page.become("connecting");
  extra("way", page);
} else if (secret()) {
  page.enter();
}
