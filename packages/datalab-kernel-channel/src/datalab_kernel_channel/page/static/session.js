// A page's place among the clients of a channel: joins, keeps its link going, and comes back.

import TABLE from "../../protocol/frames.json" with { type: "json" };
import { fromBase64, toBase64 } from "./base64.js";
import { Link } from "./link.js";
import { checkFrame, checkItem, Refused } from "./table.js";

/**
 * @typedef {import("./link.js").Item} Item
 * @typedef {{
 *   send: (content: Record<string, unknown>, buffers: ArrayBuffer[]) => void,
 *   nowS: () => number,
 *   later: (callback: () => void, delayS: number) => () => void,
 *   soon: (callback: () => void) => void,
 * }} Wire what a page sends by, and its clock; a test has another
 * @typedef {{
 *   onItem: (item: Item, buffers: Uint8Array[]) => void,
 *   onWelcome: (frame: Record<string, any>) => void,
 *   onClosed: (reason: string) => void,
 *   warn: (...words: unknown[]) => void,
 * }} Events
 */

export class Session {
  isWelcome = false;
  isOver = false;
  #link = new Link(false);
  #wire;
  #events;
  #facts;
  #isFlushing = false;
  #isAwaiting = false;
  /** @type {(() => void) | null} */
  #stopTimer = null;
  #timerAt = Infinity;
  #joinAt = 0;
  #isAsked = false; // whether the link carries buffers: once, as a gateway's ends by one for some seconds
  #carriesBuffers = true;

  /**
   * @param {string} channelId
   * @param {string} clientId
   * @param {Wire} wire
   * @param {Events} events
   * @param {() => Record<string, unknown>} facts what `join` says about the page
   */
  constructor(channelId, clientId, wire, events, facts) {
    this.channelId = channelId;
    this.clientId = clientId;
    this.#wire = wire;
    this.#events = events;
    this.#facts = facts;
  }

  /** Ask to be a client; also after the link was lost. Repeated until the kernel answers. */
  join() {
    if (this.isOver) return;
    this.isWelcome = false;
    this.#joinAt = this.#wire.nowS() + TABLE.times_s.join_again;
    const frame = { frame: "join", received: this.#link.received, sent: this.#link.sent, ...this.#facts() };
    this.#send(frame, this.#isAsked ? [] : [new Uint8Array(1)]);
    this.#isAsked = true;
    this.#setTimer();
  }

  /**
   * @param {Item} item
   * @param {Uint8Array[]} [buffers]
   */
  post(item, buffers = []) {
    const parcel = this.#link.post(item, buffers);
    this.#flushSoon();
    return parcel;
  }

  /** @param {import("./link.js").Parcel} parcel */
  withdraw(parcel) {
    return this.#link.withdraw(parcel);
  }

  /** @param {boolean} isAwaiting whether the kernel owes this page something */
  awaitSigns(isAwaiting) {
    if (isAwaiting === this.#isAwaiting) return;
    this.#isAwaiting = isAwaiting;
    this.#link.awaitSigns(isAwaiting, this.#wire.nowS());
    this.#setTimer();
  }

  /** Be a client no more; nothing is sent or taken after this. */
  leave() {
    if (this.isOver) return;
    this.#flush();
    this.#send({ frame: "leave" }, []);
    this.end();
  }

  /** Stop, without telling the kernel. */
  end() {
    this.isOver = true;
    this.#stopTimer?.();
    this.#stopTimer = null;
  }

  /**
   * Take a custom message of the widget, unless it is for another page.
   * @param {any} content
   * @param {ArrayBufferView[]} buffers
   */
  receive(content, buffers) {
    if (this.isOver || content?.dlk !== TABLE.version || content.channel !== this.channelId) return;
    if (content.client !== null && content.client !== this.clientId) return;
    try {
      checkFrame(content, "kernel");
      const bytes = content.base64?.map(fromBase64)
        ?? (buffers ?? []).map((part) => new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
      this.#take(content, bytes);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#events.warn("refused what the kernel sent:", error.message);
    }
    this.#flushSoon();
  }

  /**
   * @param {Record<string, any>} frame
   * @param {Uint8Array[]} bytes
   */
  #take(frame, bytes) {
    if (frame.frame === "closed") {
      this.end();
      this.#events.onClosed(frame.reason);
      return;
    }
    if (frame.frame === "refused") {
      this.#events.warn(`the kernel refused what this page sent (${frame.reason}): ${frame.detail}`);
      return;
    }
    const turn = this.#link.receive(frame, bytes, this.#wire.nowS());
    if (frame.frame === "welcome") {
      this.isWelcome = true;
      this.#carriesBuffers = frame.carries_buffers;
      this.#link.frameBytes = frame.carries_buffers ? TABLE.limits.sent_frame_bytes : TABLE.limits.text_frame_bytes;
      this.#events.onWelcome(frame);
    }
    for (const [data, buffers] of turn) this.#handOut(data, buffers);
  }

  /**
   * @param {Record<string, any>} data
   * @param {Uint8Array[]} buffers
   */
  #handOut(data, buffers) {
    let first = 0;
    for (const item of data.items) {
      const count = checkItem(item, "kernel");
      if (first + count > buffers.length) throw new Refused("unknown_item", `${item.item} lacks buffers`);
      const own = buffers.slice(first, first + count);
      first += count;
      try {
        this.#events.onItem(item, own);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        this.#events.warn("refused what the kernel sent:", error.message);
      }
    }
  }

  // What is posted within one turn of the page's loop travels together.
  #flushSoon() {
    if (this.#isFlushing || this.isOver) return;
    this.#isFlushing = true;
    this.#wire.soon(() => {
      this.#isFlushing = false;
      if (!this.isOver) this.#flush();
    });
  }

  #flush() {
    if (this.isWelcome) {
      for (const [frame, buffers] of this.#link.transmit(this.#wire.nowS())) this.#send(frame, buffers);
    }
    this.#setTimer();
  }

  /**
   * @param {Record<string, unknown>} frame
   * @param {Uint8Array[]} buffers each one alone in its ArrayBuffer: JupyterLab sends it whole
   */
  #send(frame, buffers) {
    const envelope = { dlk: TABLE.version, channel: this.channelId, client: this.clientId };
    if (buffers.length && !this.#carriesBuffers) {
      this.#wire.send({ ...envelope, ...frame, base64: buffers.map(toBase64) }, []);
      return;
    }
    this.#wire.send({ ...envelope, ...frame }, buffers.map((bytes) => /** @type {ArrayBuffer} */ (bytes.buffer)));
  }

  #setTimer() {
    if (this.isOver) return;
    const due = this.isWelcome ? this.#link.nextTime() ?? Infinity : this.#joinAt;
    if (this.#stopTimer && this.#timerAt <= due) return; // it looks again when it rings
    this.#stopTimer?.();
    this.#stopTimer = null;
    this.#timerAt = due;
    if (due === Infinity) return;
    this.#stopTimer = this.#wire.later(() => this.#ring(), Math.max(due - this.#wire.nowS(), 0));
  }

  #ring() {
    this.#stopTimer = null;
    const now = this.#wire.nowS();
    if (!this.isWelcome) {
      if (now >= this.#joinAt) this.join();
      else this.#setTimer();
      return;
    }
    this.#link.tick(now);
    this.#flush();
  }
}

/**
 * Run a callback when this turn of the loop is over: by a message, which a page in the
 * background is not made to wait for as for a timer.
 * @param {() => void} callback
 */
export function soon(callback) {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    callback();
  };
  port2.postMessage(null);
}
