// Asks again and again what there is to hear, where answers only arrive once they are whole.
import { OverHttp } from "./overhttp.js";
import { LOST } from "./protocol.js";

const OPEN_WITHIN = 10000;
// The server answers after 20 s, with nothing if need be.
const HEAR_WITHIN = 30000;

export class Polled extends OverHttp {
  async live() {
    const answer = await this.ask("/line", '{"hear":"poll"}', OPEN_WITHIN);
    if (!answer.ok) {
      this.end(LOST);
      return;
    }
    this.begin((await answer.json()).line);
    let last = 0;
    const asked = () => JSON.stringify({ line: this.line, after: last });
    while (this.readyState === WebSocket.OPEN) {
      const heard = await this.insist("/line/hear", asked, HEAR_WITHIN);
      last = heard?.last ?? last;
      heard?.frames.forEach((frame) => this.hear(JSON.stringify(frame)));
      if (heard && heard.closed !== null) {
        this.end(heard.closed);
      }
    }
  }
}
