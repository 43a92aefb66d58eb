// Calls from the kernel: run what the page exposes, once each, and answer.

import { errorItem } from "./failures.js";

/**
 * @typedef {import("./link.js").Item} Item
 * @typedef {import("./streams.js").InStream} InStream
 * @typedef {import("./values.js").Encoder} Encoder
 * @typedef {{
 *   post: (item: Item, buffers?: Uint8Array[]) => unknown,
 *   encode: (value: unknown, path: string) => Encoded | Promise<Encoded>,
 *   decode: (tree: unknown, buffers: Uint8Array[], streams?: InStream[]) => any,
 *   start: (streams: number[]) => Promise<void>,
 * }} Carrier
 * @typedef {{tree: unknown, buffers: Uint8Array[], streams: number[]}} Encoded
 */

export class Serving {
  /** @type {Map<number, AbortController>} */
  #running = new Map();
  #exposed;
  #carrier;
  #clientId;
  #warn;

  /**
   * @param {import("./exposed.js").Exposed} exposed
   * @param {Carrier} carrier
   * @param {string} clientId
   * @param {(...words: unknown[]) => void} warn
   */
  constructor(exposed, carrier, clientId, warn) {
    this.#exposed = exposed;
    this.#carrier = carrier;
    this.#clientId = clientId;
    this.#warn = warn;
  }

  /**
   * @param {Item} item
   * @param {Uint8Array[]} buffers
   */
  call(item, buffers) {
    const { call, method } = item;
    const handler = this.#exposed.get(method);
    if (!handler) {
      const error = { kind: "method_not_found", method, available: this.#exposed.names };
      this.#carrier.post({ item: "error", call, error });
      return;
    }
    const controller = new AbortController();
    this.#running.set(call, controller);
    this.#carrier.post({ item: "started", call });
    /** @type {InStream[]} */
    const streams = [];
    controller.signal.addEventListener("abort", () => {
      for (const stream of streams) stream.finish(controller.signal.reason);
      this.#end(call, { item: "error", call, error: { kind: "cancelled" } });
      drop(streams);
    });
    try {
      const args = this.#carrier.decode(item.args, buffers, streams);
      const progress = (/** @type {unknown} */ value) => this.#progress(call, item.progress, value);
      const value = handler.apply({ signal: controller.signal, progress, clientId: this.#clientId }, args);
      if (isThenable(value)) void this.#finishLater(call, value, streams);
      else this.#finish(call, value, streams);
    } catch (error) {
      this.#fail(call, error, streams);
    }
  }

  /**
   * @param {number} call
   * @param {PromiseLike<unknown>} promise
   * @param {InStream[]} streams
   */
  async #finishLater(call, promise, streams) {
    try {
      this.#finish(call, await promise, streams);
    } catch (error) {
      this.#fail(call, error, streams);
    }
  }

  /**
   * @param {number} call
   * @param {unknown} value
   * @param {InStream[]} streams
   */
  #finish(call, value, streams) {
    if (!this.#running.has(call)) return;
    const answer = async (/** @type {Encoded} */ { tree, buffers, streams: sent }) => {
      this.#end(call, { item: "result", call, value: tree }, buffers);
      await this.#carrier.start(sent); // they may read the arguments' streams
      drop(streams);
    };
    const encoded = this.#carrier.encode(value, "result");
    if (!(encoded instanceof Promise)) void answer(encoded);
    else encoded.then(answer, (error) => this.#fail(call, error, streams));
  }

  /**
   * @param {number} call
   * @param {unknown} error
   * @param {InStream[]} streams
   */
  #fail(call, error, streams) {
    this.#end(call, { item: "error", call, error: errorItem(error) });
    drop(streams);
  }

  /**
   * @param {number} call
   * @param {boolean} isWanted
   * @param {unknown} value
   */
  #progress(call, isWanted, value) {
    if (!isWanted || !this.#running.has(call)) return;
    const encoded = this.#carrier.encode(value, "progress");
    if (encoded instanceof Promise) throw new TypeError("progress: a Blob is read later; send its bytes");
    this.#carrier.post({ item: "progress", call, value: encoded.tree }, encoded.buffers);
    void this.#carrier.start(encoded.streams);
  }

  /**
   * @param {number} call
   * @param {Item} answer
   * @param {Uint8Array[]} [buffers]
   */
  #end(call, answer, buffers) {
    if (this.#running.delete(call)) this.#carrier.post(answer, buffers);
  }

  /** @param {Item} item */
  cancel({ call, reason }) {
    this.#running.get(call)?.abort(new DOMException(`The kernel waits no longer (${reason}).`, "AbortError"));
  }

  /**
   * @param {Item} item
   * @param {Uint8Array[]} buffers
   */
  async notify(item, buffers) {
    /** @type {InStream[]} */
    const streams = [];
    try {
      const handler = this.#exposed.get(item.method);
      if (!handler) throw new Error(`the kernel notified \`${item.method}\`, which isn't exposed here`);
      const context = { signal: new AbortController().signal, progress: () => undefined, clientId: this.#clientId };
      await handler.apply(context, this.#carrier.decode(item.args, buffers, streams));
    } catch (error) {
      this.#warn(`${item.method}:`, error);
    } finally {
      drop(streams);
    }
  }

  /**
   * End all, as the channel has ended.
   * @param {unknown} reason
   */
  end(reason) {
    for (const controller of this.#running.values()) controller.abort(reason);
    this.#running.clear();
  }
}

/**
 * Want no more of the streams that nobody reads.
 * @param {InStream[]} streams
 */
function drop(streams) {
  for (const stream of streams) if (!stream.isConsumed) stream.cancel();
}

/**
 * @param {unknown} value
 * @returns {value is PromiseLike<unknown>}
 */
function isThenable(value) {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
