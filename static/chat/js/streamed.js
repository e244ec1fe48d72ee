// Hears in one answer that goes on (server-sent events), as far as nobody on the way holds it back.
import { OverHttp } from "./overhttp.js";
import { LOST } from "./protocol.js";

const FIRST_WITHIN = 4000;
// The server pings every 15 s, whatever else it says.
const SILENCE = 40000;
const EVENT = /^(?:event: (\w+)\n)?data: (.*)$/;

export class Streamed extends OverHttp {
  async live() {
    this.expect(FIRST_WITHIN);
    const answer = await this.ask("/line", '{"hear":"stream"}', SILENCE);
    if (!answer.ok) {
      this.end(LOST, true);
      return;
    }
    const reader = answer.body.getReader();
    const decoder = new TextDecoder();
    let text = "";
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      this.expect(SILENCE);
      const blocks = (text + decoder.decode(part.value, { stream: true })).split("\n\n");
      text = blocks.pop();
      blocks.forEach((block) => this.take(EVENT.exec(block)));
    }
    this.end(LOST);
  }

  take(event) {
    const [, kind, data] = event || [null, "unknown"];
    if (kind === "line") {
      this.begin(JSON.parse(data).line);
    } else if (kind === "ping") {
      this.flush();
    } else if (kind === "close") {
      this.end(JSON.parse(data).code);
    } else if (!kind) {
      this.hear(data);
    }
  }

  expect(within) {
    clearTimeout(this.watch);
    this.watch = setTimeout(() => this.end(LOST, true), within);
  }

  end(code, heldUp) {
    clearTimeout(this.watch);
    super.end(code, heldUp);
  }
}
