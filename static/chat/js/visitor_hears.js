// What each frame from the server means on the visitor's page. Unknown frames mean nothing.
import { hearCard, hearCards } from "./cards.js";
import { extra } from "./extras.js";
import { holdBack } from "./holding.js";
import { tellReading } from "./read_along.js";
import { forgetSecret } from "./secret.js";
import { tellTakenOver } from "./taken_over.js";
import { showWaiting } from "./waiting.js";
import { hasWord, word } from "./words.js";

const hears = {
  welcome(page, frame) {
    const { talk, line } = page;
    // The farewell of a talk that is over has no messages: what is on the screen stays there.
    if (frame.ended) {
      hears.ended(page, frame.ended);
      return;
    }
    const heard = talk.hearAll(frame.messages, frame.erased_through);
    hearCards(talk, frame.cards);
    hears.seen(page, { seq: frame.seen || 0 });
    page.become(frame.state, frame.counsellor, frame.note);
    tellReading(page, Boolean(frame.reading));
    page.news(heard);
    showWaiting(frame);
    page.room.trouble("them_down", false);
    if (page.leaving) {
      line.send({ type: "leave" });
      return;
    }
    page.more(frame);
    talk.unsent().forEach((say) => line.send(say));
  },

  more(page, frame) {
    page.news(page.talk.hearAll(frame.messages));
    page.more(frame);
  },

  message(page, frame) {
    page.news(page.talk.hear(frame) ? [frame] : []);
    if (frame.from !== "visitor") {
      page.typing.hide();
    }
  },

  said(page, frame) {
    page.talk.said(frame);
    if (!page.talk.held) {
      page.room.trouble("slow_down", false);
      page.room.trouble("unavailable", false);
    }
  },

  card(page, frame) {
    hearCard(page.talk, frame);
    const said = `card.${frame.state === "offered" ? frame.kind : frame.state}`;
    hasWord(said) && page.announce([word(said), frame.name, frame.phone].filter(Boolean).join(": "));
  },

  queue: (page, frame) => showWaiting(frame),

  state(page, frame) {
    page.become(frame.state, frame.counsellor, frame.note);
    frame.handed_over && tellTakenOver(page);
    page.room.trouble("them_down", false);
  },

  line: (page, frame) => page.room.trouble("them_down", frame.who === "counsellor" && !frame.up),

  reading: (page, frame) => tellReading(page, frame.value),

  typing: (page) => page.typing.show(),

  seen(page, frame) {
    page.talk.seenByOther = Math.max(page.talk.seenByOther, frame.seq);
  },

  erased(page, frame) {
    page.talk.erasing = false;
    page.talk.erase(frame.through);
    page.forget();
  },

  ended(page, frame) {
    tellReading(page, false);
    forgetSecret();
    const known = ["visitor", "counsellor", "system"].includes(frame.by) ? frame.by : "system";
    // Closing time has come, or nobody has: whoever waited is not told that they were silent.
    const by = known === "system" && page.room.state === "waiting" ? "unreached" : known;
    const stays = page.talk.messages.size ? ` ${word("ended_screen")}` : "";
    page.over(word(`ended_${by}`), word(`ended_${by}_text`) + stays, {
      alternatives: frame.alternatives,
      promised: true,
    });
    // Needed by nobody before, and by most never.
    frame.evaluation && import("./evaluation.js").then((form) => form.offerForm(frame.evaluation), () => {});
  },

  error(page, frame) {
    const { room, talk, line } = page;
    if (frame.code === "slow_down" || frame.code === "unavailable") {
      room.trouble(frame.code, true);
      holdBack(talk, () => talk.unsent().forEach((say) => line.send(say)));
    } else if (frame.code === "invalid" && frame.ref) {
      talk.refuse(frame.ref);
    }
  },
};

export function hearVisitor(page, frame) {
  (frame.cards || [frame]).forEach(({ kind }) => kind && extra(kind, page));
  if (page.also?.(frame) || !Object.hasOwn(hears, frame.type)) {
    return;
  }
  hears[frame.type](page, frame);
  page.thread.show();
  page.seen();
}
