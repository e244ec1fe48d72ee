// What the server says of the member at this desk: whether they take visitors, and how they are.
import { hideWarnings, showFitness } from "./fitness.js";
import { showSupport } from "./support.js";
import { word } from "./words.js";

export const memberHears = {
  ready(desk, frame) {
    desk.readiness.become(frame.value);
  },

  fitness(desk, frame) {
    showFitness(desk.readiness, frame.missing);
    hideWarnings();
  },

  rest(desk, frame) {
    desk.resting.hear(frame);
  },

  support: showSupport,

  cool_down(desk, frame) {
    desk.tell(word(frame.asked ? "cool_down_asked" : "cool_down_late"));
  },
};
