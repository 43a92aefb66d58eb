// The kernel's end of a page's link, over a wire that can lose frames; and the page on it.

import { Channel, internals } from "../../src/datalab_kernel_channel/page/static/channel.js";
import { Link } from "../../src/datalab_kernel_channel/page/static/link.js";

export const nowS = () => performance.now() / 1000;

/** What a page sends by, for tests: `frames` collects what was sent. */
export class FakeKernel {
  frames = [];
  items = [];
  buffers = [];
  joinBuffers = [];
  link = new Link();
  answers = true; // whether it joins, acknowledges and hands items out
  drop = { toPage: 0, toKernel: 0 };
  warnings = [];
  #listeners = new Set();

  constructor({ isWelcoming = true, carriesBuffers = true } = {}) {
    this.isWelcoming = isWelcoming;
    this.carriesBuffers = carriesBuffers;
    const wire = {
      send: (content, buffers) => this.#take(structuredClone(content), buffers),
      nowS,
      later: (callback, delayS) => {
        const timer = setTimeout(callback, delayS * 1000);
        return () => clearTimeout(timer);
      },
      soon: setImmediate,
    };
    const page = {
      onWelcome: () => undefined,
      facts: () => ({ replaces: null, url: "", user_agent: "", application: "", focused: true }),
      warn: (...words) => this.warnings.push(words.join(" ")),
    };
    this.channel = new Channel("channel", "page", wire, page);
    this.session = internals.get(this.channel).session;
    this.session.join();
  }

  #take(content, buffers) {
    if (content.frame === "join") {
      this.joins = (this.joins ?? 0) + 1;
      this.joinBuffers.push(buffers.length);
      if (this.isWelcoming) {
        const numbers = { received: this.link.received, sent: this.link.sent, stream_window_bytes: 1 << 20 };
        this.send({ frame: "welcome", ...numbers, carries_buffers: this.carriesBuffers });
      }
      return;
    }
    if (this.drop.toKernel > 0) {
      this.drop.toKernel -= 1;
      return;
    }
    this.frames.push(content);
    if (!this.answers || content.frame === "leave") return;
    const bytes = buffers.map((buffer) => new Uint8Array(buffer));
    for (const [data, own] of this.link.receive(content, bytes, nowS())) {
      this.items.push(...data.items);
      this.buffers.push(...own);
    }
    this.#transmit();
    for (const listener of [...this.#listeners]) listener();
  }

  #transmit() {
    for (const [frame, buffers] of this.link.transmit(nowS())) this.send(frame, buffers);
  }

  /** Hand the page a frame as it is. */
  send(frame, buffers = []) {
    if (this.drop.toPage > 0) {
      this.drop.toPage -= 1;
      return;
    }
    const views = buffers.map((bytes) => new DataView(new Uint8Array(bytes).buffer));
    this.session.receive({ dlk: 1, channel: "channel", client: "page", ...structuredClone(frame) }, views);
  }

  post(item, buffers = []) {
    this.link.post(item, buffers);
    this.#transmit();
  }

  /** Let time pass on the kernel's side. */
  tick() {
    this.link.tick(nowS() + 60);
    this.#transmit();
  }

  /** The first item that came which has these keys, as soon as it is there. */
  async item(wanted) {
    for (;;) {
      const found = this.items.find((item) => Object.entries(wanted).every(([key, value]) => item[key] === value));
      if (found) return found;
      await new Promise((resolve) => {
        const listener = () => {
          this.#listeners.delete(listener);
          resolve();
        };
        this.#listeners.add(listener);
      });
    }
  }

  end() {
    this.session.end();
  }
}

/** Wait until nothing is to be done any more, but for timers. */
export async function settled(turns = 12) {
  for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
}
