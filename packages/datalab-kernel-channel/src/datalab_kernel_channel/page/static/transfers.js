// The open streams of a page, in both directions: numbers, credit, and how they end.

import TABLE from "../../protocol/frames.json" with { type: "json" };
import { errorFrom, errorItem } from "./failures.js";
import { alone, InStream, OutStream, piecesOf } from "./streams.js";
import { Refused } from "./table.js";

/**
 * @typedef {import("./link.js").Item} Item
 * @typedef {(item: Item, buffers?: Uint8Array[]) => void} Post
 */

/** Sends a source's bytes as fast as the reader allows. */
class Writer {
  isStopped = false;
  #limit;
  /** @type {(() => void) | null} */
  #wake = null;
  #out;
  #pieces;

  /**
   * @param {OutStream} out
   * @param {number} limit
   */
  constructor(out, limit) {
    this.#out = out;
    this.#limit = limit;
    this.#pieces = piecesOf(out.source, TABLE.limits.chunk_bytes);
  }

  /** @param {number} limit */
  allow(limit) {
    this.#limit = Math.max(this.#limit, limit);
    this.#wake?.();
  }

  stop() {
    this.isStopped = true;
    this.#wake?.();
    this.#pieces.return().catch(() => undefined); // what a source raises when nobody reads it any more
  }

  /**
   * @param {number} stream
   * @param {Post} post
   */
  async run(stream, post) {
    try {
      for await (const piece of this.#pieces) {
        if (!piece.byteLength) continue;
        while (this.#out.sentBytes >= this.#limit && !this.isStopped) {
          await new Promise((resolve) => { this.#wake = () => resolve(undefined); });
        }
        if (this.isStopped) return;
        post({ item: "chunk", stream }, [new Uint8Array(piece)]); // a copy: the source may use its own again
        this.#out.sentBytes += piece.byteLength;
      }
      if (!this.isStopped) post({ item: "end", stream });
    } catch (error) {
      if (!this.isStopped) post({ item: "fail", stream, error: errorItem(error) });
    }
  }
}

/** Hands a stream's bytes to its reader, and allows more as they are read. */
class Reader {
  /** @type {InStream} */
  stream;
  #window;
  #limit;
  #read = 0;

  /**
   * @param {number} number
   * @param {Record<string, any>} facts
   * @param {number} window
   * @param {Post} post
   * @param {() => void} onStop
   */
  constructor(number, facts, window, post, onStop) {
    this.#window = window;
    this.#limit = window;
    const size = facts.size ?? 0; // it may be wrong
    const onRead = (/** @type {number} */ bytes) => {
      this.#read += bytes;
      if (this.#read < size && size <= this.#limit) return; // all of it is allowed already
      if (this.#read + this.#window - this.#limit < this.#window / 2) return;
      this.#limit = this.#read + this.#window;
      post({ item: "credit", stream: number, limit: this.#limit });
    };
    const shape = { sizeBytes: facts.size, name: facts.name, mediaType: facts.media_type };
    this.stream = new InStream(shape, onRead, onStop);
  }
}

export class Transfers {
  windowBytes = TABLE.limits.stream_window_bytes;
  /** @type {Map<number, Writer>} */
  #writers = new Map();
  /** @type {Map<number, Reader>} */
  #readers = new Map();
  #sent = 0;
  #seen = 0;
  #post;
  #onChange;

  /**
   * @param {Post} post
   * @param {() => void} onChange is told when streams begin or end
   */
  constructor(post, onChange) {
    this.#post = post;
    this.#onChange = onChange;
  }

  /** How many are open. */
  get size() {
    return this.#writers.size + this.#readers.size;
  }

  /**
   * Give a stream its number; `start` sends its bytes.
   * @param {OutStream} out
   */
  add(out) {
    out.isTaken = true;
    this.#sent += 1;
    this.#writers.set(this.#sent, new Writer(out, this.windowBytes));
    return this.#sent;
  }

  /**
   * Send streams' bytes; the promise is kept when all have ended.
   * @param {number[]} numbers
   */
  async start(numbers) {
    if (!numbers.length) return;
    const runs = numbers.map((number) => this.#writers.get(number)?.run(number, this.#post).finally(() => {
      this.#writers.delete(number);
      this.#onChange();
    }));
    this.#onChange();
    await Promise.all(runs);
  }

  /**
   * Stop sending, as nobody reads it any more.
   * @param {number} number
   */
  stop(number) {
    this.#writers.get(number)?.stop();
  }

  /**
   * The stream that a value of the kernel stands for.
   * @param {Record<string, any>} facts
   */
  open(facts) {
    const number = facts.stream;
    if (number <= this.#seen) throw new Refused("unknown_stream", `${number} was opened before`);
    this.#seen = number;
    const onStop = () => {
      this.#drop(number);
      this.#post({ item: "stop", stream: number });
    };
    const reader = new Reader(number, facts, this.windowBytes, this.#post, onStop);
    this.#readers.set(number, reader);
    this.#onChange();
    return reader.stream;
  }

  /** @param {number} number */
  #drop(number) {
    this.#readers.delete(number);
    this.#onChange();
  }

  /**
   * Take what the kernel says about a stream.
   * @param {Item} item
   * @param {Uint8Array[]} buffers
   */
  receive(item, buffers) {
    if (item.item === "credit") return this.#writers.get(item.stream)?.allow(item.limit);
    if (item.item === "stop") return this.stop(item.stream);
    if (item.stream > this.#seen) throw new Refused("unknown_stream", String(item.stream));
    const reader = this.#readers.get(item.stream);
    if (!reader) return undefined; // it was stopped here, and the kernel doesn't know yet
    if (item.item === "chunk") return reader.stream.push(alone(buffers[0]));
    this.#drop(item.stream);
    return reader.stream.finish(item.item === "fail" ? errorFrom(item.error) : undefined);
  }

  /**
   * End all, as the channel has ended.
   * @param {unknown} error
   */
  end(error) {
    for (const writer of this.#writers.values()) writer.stop();
    for (const reader of this.#readers.values()) reader.stream.finish(error);
    this.#readers.clear();
    this.#onChange();
  }
}
