// What each frame from the server means on the desk. A frame reaches the pane that it names and
// no other; a frame about a talk that is not here means nothing.
import { hearCard } from "./cards.js";
import { colleagueHears, endPane, refusedByColleague, releasedTo, welcomeColleagues } from "./colleagues.js";
import { refusalInWords, showFitness } from "./fitness.js";
import { showFlagged } from "./flagging.js";
import { holdBack } from "./holding.js";
import { memberHears } from "./member_hears.js";
import { showPaused } from "./pausing.js";
import { begin } from "./timeline.js";
import { hasWord, word } from "./words.js";

const inPane = (act) => (desk, frame) => {
  const pane = desk.panes.get(frame.conversation);
  if (pane && !pane.ended) {
    act(pane, frame);
    pane.show();
  }
};

const hears = {
  ...colleagueHears,
  ...memberHears,

  welcome(desk, frame) {
    const mine = new Set(frame.conversations.map((one) => one.conversation));
    desk.panes.all().filter((pane) => !pane.ended && !mine.has(pane.talk.conversation)).forEach((pane) => endPane(pane));
    desk.queue.show(frame);
    showFitness(desk.readiness, frame.missing);
    desk.readiness.returned(frame.ready);
    desk.resting.hear({ seconds: 0 });
    for (const one of frame.conversations) {
      const pane = desk.panes.ensure(one);
      pane.fill(one);
      if (pane.closing) {
        desk.panes.finish(pane);
      } else {
        pane.resend();
      }
    }
    welcomeColleagues(desk, frame);
  },

  slow(desk, frame) {
    desk.becomeSlow(frame.value);
  },

  waiting(desk, frame) {
    desk.queue.show(frame);
  },

  assigned(desk, frame) {
    desk.tell("");
    const row = desk.queue.rows.get(frame.conversation);
    const pane = desk.panes.ensure({ ...row?.about, ...frame });
    desk.queue.drop(frame.conversation);
    desk.panes.select(pane, true);
    pane.fill(frame);
    begin(pane, row?.since);
  },

  conversation: inPane((pane, frame) => pane.fill(frame)),
  more: inPane((pane, frame) => pane.fill(frame)),
  // Back in the queue: somebody else's from now on.
  state: inPane((pane, frame) => (frame.state === "waiting" ? endPane(pane) : showPaused(pane, frame))),

  message: inPane((pane, frame) => {
    pane.talk.hear(frame);
    if (frame.from === "visitor") {
      pane.typing.hide();
    }
  }),

  said: inPane((pane, frame) => pane.talk.said(frame)),
  line: inPane((pane, frame) => frame.who === "visitor" && pane.lineIs(frame.up)),
  card: inPane((pane, frame) => hearCard(pane.talk, frame)),
  typing: inPane((pane) => pane.typing.show()),
  erased: inPane((pane, frame) => pane.talk.erase(frame.through)),
  flagged: inPane(showFlagged),
  ended: inPane((pane, frame) => endPane(pane, frame.handed_over ? word("passed_on_note") : "", true)),
  released: inPane(releasedTo),

  seen: inPane((pane, frame) => {
    pane.talk.seenByOther = Math.max(pane.talk.seenByOther, frame.seq);
  }),

  error(desk, frame) {
    if (refusedByColleague(frame)) {
      return;
    }
    const name = hasWord(`error.${frame.code}`) ? `error.${frame.code}` : "error.not_allowed";
    const pane = desk.panes.all().find((one) => one.talk.pending.has(frame.ref));
    if (frame.ref === "ready") {
      desk.readiness.refuse(refusalInWords(frame, name));
    } else if (pane && ["slow_down", "unavailable"].includes(frame.code)) {
      desk.tell(word(name));
      holdBack(pane.talk, () => pane.resend());
    } else if (pane) {
      pane.talk.refuse(frame.ref);
      pane.show();
    } else {
      desk.tell(refusalInWords(frame, name));
    }
  },
};

export function hearDesk(desk, frame) {
  // What is written in a talk that is only shown here goes where that talk stands.
  const type = frame.type === "message" && frame.consult ? "shown" : frame.type;
  if (Object.hasOwn(hears, type)) {
    hears[type](desk, frame);
  }
}
