// One side of a page's link: numbers, acknowledgements, gaps, window and signs of life.
// No I/O and no clock of its own: frames and times (in seconds) go in, frames come out.

import TABLE from "../../protocol/frames.json" with { type: "json" };
import { Refused } from "./table.js";

/**
 * @typedef {Record<string, any>} Item
 * @typedef {{item: Item, buffers: Uint8Array[], sizeBytes: number, isSent: boolean}} Parcel
 * @typedef {[frame: Record<string, any>, buffers: Uint8Array[]]} Frame a frame without its envelope
 */

const LIMITS = TABLE.limits;
const TIMES = TABLE.times_s;
const BUSY_S = 1.0; // a timer that comes later says that we were busy, not that others were silent

/** The other side's signs of life, and when one is to be asked for. */
class Signs {
  isConnected = true;
  /** @type {number | null} */
  pingAt = null;
  #isFlying = false;
  #isAwaiting = false;
  #waitS = TIMES.ping_after;
  /** @type {number | null} */
  #unansweredAt = null;
  #mayBeLost;

  /** @param {boolean} mayBeLost */
  constructor(mayBeLost) {
    this.#mayBeLost = mayBeLost;
  }

  /** @param {number} now */
  waitForAcknowledgement(now) {
    if (this.#isFlying) return;
    this.#isFlying = true;
    this.#waitS = TIMES.ping_after;
    this.pingAt = now + this.#waitS;
  }

  /**
   * @param {number} now
   * @param {boolean} isAll
   */
  acknowledged(now, isAll) {
    this.#isFlying = !isAll;
    this.#rest(now);
  }

  /**
   * @param {boolean} isAwaiting whether the other side owes something
   * @param {number} now
   */
  awaitAnswers(isAwaiting, now) {
    if (isAwaiting === this.#isAwaiting) return;
    this.#isAwaiting = isAwaiting;
    if (!this.#isFlying) this.#rest(now);
  }

  /**
   * Take a sign of life; say whether the link had been lost.
   * @param {number} now
   */
  heard(now) {
    const wasLost = !this.isConnected;
    this.isConnected = true;
    if (this.#unansweredAt !== null) {
      this.#unansweredAt = null;
      if (!this.#isFlying || wasLost) this.#rest(now);
    }
    return wasLost;
  }

  /** @param {number} now */
  #rest(now) {
    this.#waitS = TIMES.ping_after;
    if (this.#isFlying) {
      this.pingAt = now + this.#waitS;
    } else if (this.#isAwaiting) {
      this.pingAt = now + TIMES.heartbeat;
    } else {
      this.pingAt = null;
      this.#unansweredAt = null;
    }
  }

  /**
   * Whether to ping now; notices that the link is lost.
   * @param {number} now
   */
  isPingDue(now) {
    if (this.pingAt === null || now < this.pingAt) return false;
    const late = now - this.pingAt;
    if (late > BUSY_S && this.#unansweredAt !== null) this.#unansweredAt += late;
    if (this.#unansweredAt === null) this.#unansweredAt = now;
    else if (this.#mayBeLost && now - this.#unansweredAt >= TIMES.lost_after) this.isConnected = false;
    this.pingAt = now + this.#waitS;
    this.#waitS = Math.min(2 * this.#waitS, TIMES.ping_longest);
    return true;
  }
}

/** The state of one side of a link. */
export class Link {
  /** The highest number sent. */
  sent = 0;
  /** The number up to which everything came. */
  received = 0;
  /** What a frame takes at most, if it has several items. */
  frameBytes = LIMITS.sent_frame_bytes;
  /** @type {Parcel[]} */
  #outbox = [];
  /** @type {Map<number, {frame: Frame, sizeBytes: number}>} */
  #flying = new Map();
  #flyingBytes = 0;
  /** @type {Map<number, Frame>} */
  #held = new Map();
  /** @type {Record<string, any>[]} */
  #control = [];
  /** @type {Set<number>} */
  #again = new Set();
  #asked = { last: 0, at: -Infinity };
  /** @type {number | null} */
  #ackAt = null;
  #unacknowledged = { frames: 0, bytes: 0 };
  #signs;

  /** @param {boolean} [mayBeLost] whether silence means a lost link: a busy kernel is silent too */
  constructor(mayBeLost = true) {
    this.#signs = new Signs(mayBeLost);
  }

  /** Whether the other side gave a sign of life when it was last asked for one. */
  get isConnected() {
    return this.#signs.isConnected;
  }

  /** Whether everything that was posted has arrived. */
  get isIdle() {
    return !this.#outbox.length && !this.#flying.size;
  }

  /**
   * Put an item into the queue; `transmit` sends it.
   * @param {Item} item
   * @param {Uint8Array[]} [buffers]
   * @returns {Parcel}
   */
  post(item, buffers = []) {
    const whole = buffers.length ? { ...item, buffers: buffers.length } : item;
    const parcel = { item: whole, buffers, sizeBytes: JSON.stringify(whole).length + sizeOf(buffers), isSent: false };
    this.#outbox.push(parcel);
    return parcel;
  }

  /**
   * Take a parcel back; say whether it hadn't been sent.
   * @param {Parcel} parcel
   */
  withdraw(parcel) {
    if (parcel.isSent) return false;
    this.#outbox.splice(this.#outbox.indexOf(parcel), 1);
    return true;
  }

  /**
   * The frames to be sent now.
   * @param {number} now
   * @returns {Frame[]}
   */
  transmit(now) {
    /** @type {Frame[]} */
    let frames = this.#control.map((control) => [control, []]);
    this.#control = [];
    for (const number of this.#again) {
      const flying = this.#flying.get(number);
      if (flying) frames.push(flying.frame);
    }
    this.#again.clear();
    while (this.#outbox.length && this.isConnected && this.#hasRoom()) frames.push(this.#pack());
    if (frames.length || (this.#ackAt !== null && this.#ackAt <= now)) {
      if (!frames.length) frames = [[{ frame: "ack" }, []]];
      this.#ackAt = null;
      this.#unacknowledged = { frames: 0, bytes: 0 };
    }
    if (this.#flying.size) this.#signs.waitForAcknowledgement(now);
    return frames.map(([frame, buffers]) => [{ ...frame, received: this.received }, buffers]);
  }

  #hasRoom() {
    return this.#flyingBytes < LIMITS.window_bytes && this.#flying.size < LIMITS.window_frames;
  }

  /** @returns {Frame} */
  #pack() {
    const items = [];
    const buffers = [];
    let sizeBytes = 0;
    let count = 0;
    for (const parcel of this.#outbox) {
      if (count && sizeBytes + parcel.sizeBytes > this.frameBytes) break;
      parcel.isSent = true;
      items.push(parcel.item);
      buffers.push(...parcel.buffers);
      sizeBytes += parcel.sizeBytes;
      count += 1;
    }
    this.#outbox.splice(0, count);
    this.sent += 1;
    /** @type {Frame} */
    const frame = [{ frame: "data", number: this.sent, items }, buffers];
    this.#flying.set(this.sent, { frame, sizeBytes });
    this.#flyingBytes += sizeBytes;
    return frame;
  }

  /**
   * Take a frame that fits the table; return the data frames whose turn it is, in order.
   * @param {Record<string, any>} frame
   * @param {Uint8Array[]} buffers
   * @param {number} now
   * @returns {Frame[]}
   */
  receive(frame, buffers, now) {
    this.#acknowledge(frame.received ?? 0, now);
    if (this.#signs.heard(now)) this.#ping();
    switch (frame.frame) {
      case "data":
        return this.#take(frame, buffers, now);
      case "resend":
        this.#repeat(frame.missing);
        break;
      case "ping":
        if (!this.#ask(frame.sent, now)) this.#control.push({ frame: "pong", sent: this.sent });
        break;
      case "pong":
      case "join":
      case "welcome":
        this.#ask(frame.sent, now);
        break;
    }
    return [];
  }

  /**
   * @param {number} received
   * @param {number} now
   */
  #acknowledge(received, now) {
    if (received > this.sent) throw new Refused("number", `${received} acknowledged, ${this.sent} sent`);
    let isNew = false;
    for (const [number, { sizeBytes }] of this.#flying) {
      if (number > received) break;
      this.#flying.delete(number);
      this.#flyingBytes -= sizeBytes;
      isNew = true;
    }
    if (isNew) this.#signs.acknowledged(now, !this.#flying.size);
  }

  /**
   * @param {Record<string, any>} frame
   * @param {Uint8Array[]} buffers
   * @param {number} now
   */
  #take(frame, buffers, now) {
    const { number } = frame;
    if (number > this.received + LIMITS.held_frames) {
      throw new Refused("number", `${number} came, ${this.received + 1} is awaited`);
    }
    this.#noteUnacknowledged(buffers, now);
    if (number <= this.received || this.#held.has(number)) return [];
    this.#held.set(number, [frame, buffers]);
    /** @type {Frame[]} */
    const turn = [];
    for (let next = this.#held.get(this.received + 1); next; next = this.#held.get(this.received + 1)) {
      this.received += 1;
      this.#held.delete(this.received);
      turn.push(next);
    }
    if (this.#held.size) this.#ask(Math.max(...this.#held.keys()), now);
    return turn;
  }

  /**
   * @param {Uint8Array[]} buffers
   * @param {number} now
   */
  #noteUnacknowledged(buffers, now) {
    this.#unacknowledged.frames += 1;
    this.#unacknowledged.bytes += sizeOf(buffers);
    const { frames, bytes } = TABLE.acknowledge;
    if (this.#unacknowledged.frames >= frames || this.#unacknowledged.bytes >= bytes) this.#ackAt = now;
    else this.#ackAt ??= now + TIMES.ack_after;
  }

  /**
   * Ask for what is missing up to a number, unless that was asked for a moment ago.
   * @param {number} sent
   * @param {number} now
   */
  #ask(sent, now) {
    const missing = [];
    let first = this.received + 1;
    for (const held of [...[...this.#held.keys()].sort((a, b) => a - b), sent + 1]) {
      if (first <= Math.min(held - 1, sent)) missing.push([first, Math.min(held - 1, sent)]);
      first = held + 1;
    }
    if (!missing.length) return false;
    const last = missing[missing.length - 1][1];
    if (last <= this.#asked.last && now - this.#asked.at < TIMES.ask_again) return false;
    this.#asked = { last, at: now };
    this.#control.push({ frame: "resend", missing });
    return true;
  }

  /** @param {[number, number][]} missing */
  #repeat(missing) {
    for (const [first, last] of missing) {
      if (last > this.sent) throw new Refused("number", `${last} asked for, ${this.sent} sent`);
      for (const number of this.#flying.keys()) if (number >= first && number <= last) this.#again.add(number);
    }
  }

  #ping() {
    this.#control.push({ frame: "ping", sent: this.sent });
  }

  /**
   * Say whether the other side owes something, so that a silent link is noticed.
   * @param {boolean} isAwaiting
   * @param {number} now
   */
  awaitSigns(isAwaiting, now) {
    this.#signs.awaitAnswers(isAwaiting, now);
  }

  /** When `tick` is due; null: not before something happens. */
  nextTime() {
    const times = [this.#ackAt, this.#signs.pingAt].filter((time) => time !== null);
    return times.length ? Math.min(...times) : null;
  }

  /**
   * Let time pass: a ping may be due, or the link be lost.
   * @param {number} now
   */
  tick(now) {
    if (this.#signs.isPingDue(now)) this.#ping();
  }
}

/** @param {Uint8Array[]} buffers */
function sizeOf(buffers) {
  return buffers.reduce((size, buffer) => size + buffer.byteLength, 0);
}
