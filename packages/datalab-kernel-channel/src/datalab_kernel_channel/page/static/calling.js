// Calls to the kernel: numbered, awaited, and given up by time or by signal.

import TABLE from "../../protocol/frames.json" with { type: "json" };
import { ChannelTimeoutError } from "./errors.js";
import { errorFrom } from "./failures.js";
import { Refused } from "./table.js";

/**
 * @typedef {import("./link.js").Item} Item
 * @typedef {{timeoutMs?: number | null, signal?: AbortSignal, onProgress?: (value: any) => void}} Options
 * @typedef {{
 *   method: string, stack: string, onProgress?: (value: any) => void,
 *   resolve: (value: any) => void, reject: (error: unknown) => void, streams: number[],
 * }} Pending
 */

export class Calling {
  /** @type {Map<number, Pending>} */
  #pending = new Map();
  /** @type {(() => void)[]} Calls that wait until others are answered. */
  #waiting = [];
  #last = 0;
  #carrier;
  #stop;
  #onChange;

  /**
   * @param {import("./serving.js").Carrier} carrier
   * @param {(stream: number) => void} stop stops a stream that a call took with it
   * @param {() => void} onChange is told when the number of calls that wait changes
   */
  constructor(carrier, stop, onChange) {
    this.#carrier = carrier;
    this.#stop = stop;
    this.#onChange = onChange;
  }

  /** How many wait for an answer. */
  get size() {
    return this.#pending.size;
  }

  /**
   * @param {Options} options
   * @param {string} method
   * @param {unknown[]} args
   */
  async call(options, method, args) {
    const { timeoutMs = null, signal, onProgress } = options;
    if (timeoutMs !== null && !(timeoutMs > 0)) throw new RangeError(`timeoutMs is ${timeoutMs}; it is above 0, or null for no limit`);
    signal?.throwIfAborted();
    const stack = new Error(method).stack ?? "";
    const made = this.#carrier.encode(args, "args");
    const encoded = made instanceof Promise ? await made : made;
    const { promise, resolve, reject } = withResolvers();
    /** @type {Pending} */
    const pending = { method, stack, onProgress, resolve, reject, streams: encoded.streams };
    /** @type {number | null} */
    let call = null;
    const send = () => {
      this.#last += 1;
      call = this.#last;
      this.#pending.set(call, pending);
      this.#carrier.post({ item: "call", call, method, args: encoded.tree, progress: onProgress !== undefined }, encoded.buffers);
      this.#carrier.start(encoded.streams);
      this.#onChange();
    };
    if (this.#pending.size < TABLE.limits.unanswered_calls) send();
    else this.#waiting.push(send);
    const giveUp = (/** @type {unknown} */ error, /** @type {string} */ reason) => {
      if (call === null) this.#waiting = this.#waiting.filter((other) => other !== send);
      else if (this.#end(call)) this.#carrier.post({ item: "cancel", call, reason });
      for (const stream of encoded.streams) this.#stop(stream);
      reject(error);
    };
    const onAbort = () => giveUp(signal?.reason, "cancelled");
    signal?.addEventListener("abort", onAbort);
    const timer = timeoutMs === null ? undefined
      : setTimeout(() => giveUp(new ChannelTimeoutError(method, timeoutMs), "timeout"), timeoutMs);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    }
  }

  /**
   * @param {string} method
   * @param {unknown[]} args
   */
  notify(method, args) {
    const post = (/** @type {import("./serving.js").Encoded} */ { tree, buffers, streams }) => {
      this.#carrier.post({ item: "notify", method, args: tree }, buffers);
      this.#carrier.start(streams);
    };
    const made = this.#carrier.encode(args, "args");
    if (made instanceof Promise) void made.then(post);
    else post(made);
  }

  /**
   * Take an answer of the kernel.
   * @param {Item} item
   * @param {Uint8Array[]} buffers
   */
  receive(item, buffers) {
    if (item.call > this.#last) throw new Refused("unknown_call", String(item.call));
    const pending = this.#pending.get(item.call);
    if (item.item === "started") return;
    if (!pending) {
      if (item.item === "result") this.#dropStreams(item, buffers);
      return; // it was given up
    }
    if (item.item === "progress") {
      this.#report(pending, this.#carrier.decode(item.value, buffers));
      return;
    }
    this.#end(item.call);
    if (item.item === "error") return pending.reject(errorFrom(item.error, pending.stack));
    try {
      pending.resolve(this.#carrier.decode(item.value, buffers));
    } catch (error) {
      pending.reject(error);
      throw error;
    }
  }

  /**
   * A result that nobody waits for: its streams are opened and stopped.
   * @param {Item} item
   * @param {Uint8Array[]} buffers
   */
  #dropStreams(item, buffers) {
    /** @type {import("./streams.js").InStream[]} */
    const streams = [];
    this.#carrier.decode(item.value, buffers, streams);
    for (const stream of streams) stream.cancel();
  }

  /**
   * @param {Pending} pending
   * @param {unknown} value
   */
  #report(pending, value) {
    try {
      pending.onProgress?.(value);
    } catch (error) {
      console.error(`onProgress of ${pending.method}:`, error);
    }
  }

  /** @param {number} call */
  #end(call) {
    const isEnded = this.#pending.delete(call);
    this.#waiting.shift()?.();
    this.#onChange();
    return isEnded;
  }

  /**
   * Fail all, as the channel has ended.
   * @param {unknown} error
   */
  end(error) {
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
    this.#waiting = [];
    this.#onChange();
  }
}

/** @returns {{promise: Promise<any>, resolve: (value: any) => void, reject: (error: unknown) => void}} */
function withResolvers() {
  /** @type {any} */
  const found = {};
  found.promise = new Promise((resolve, reject) => Object.assign(found, { resolve, reject }));
  return found;
}
