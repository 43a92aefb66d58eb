// What a front end calls `channel`: calls in both directions, notifications, streams, states.

import { Blobs } from "./blobs.js";
import { Calling } from "./calling.js";
import * as errors from "./errors.js";
import { Exposed } from "./exposed.js";
import { NDArray } from "./ndarray.js";
import { Serving } from "./serving.js";
import { Session } from "./session.js";
import { OutStream } from "./streams.js";
import { Transfers } from "./transfers.js";
import { Encoder, decode } from "./values.js";

/**
 * @typedef {"open" | "lost" | "closed"} State
 * @typedef {(state: State) => void} OnState
 */

/** One page's end of a channel. */
export class Channel {
  NDArray = NDArray;
  /** @type {State} */
  #state = "lost";
  /** @type {unknown} */
  #ended = null;
  #exposed = new Exposed();
  /** @type {{state: Set<Function>, close: Set<Function>}} */
  #listeners = { state: new Set(), close: new Set() };
  #session;
  #blobs;
  #transfers;
  #calling;
  #serving;

  /**
   * @param {string} channelId
   * @param {string} clientId
   * @param {import("./session.js").Wire} wire
   * @param {{onWelcome: () => void, facts: () => Record<string, unknown>, warn: (...words: unknown[]) => void}} page
   */
  constructor(channelId, clientId, wire, page) {
    const events = {
      onItem: this.#onItem.bind(this),
      onWelcome: (/** @type {Record<string, any>} */ frame) => {
        this.#transfers.windowBytes = frame.stream_window_bytes;
        this.#enter("open");
        page.onWelcome();
      },
      onClosed: (/** @type {string} */ reason) => this.end(reason === "closed" ? new errors.ChannelClosedError() : new errors.ClientReplacedError()),
      warn: page.warn,
    };
    this.#session = new Session(channelId, clientId, wire, events, page.facts);
    const post = (/** @type {import("./link.js").Item} */ item, /** @type {Uint8Array[]} */ buffers = []) => {
      if (!this.#ended) this.#session.post(item, buffers);
    };
    const onChange = () => this.#session.awaitSigns(this.#calling.size + this.#transfers.size > 0);
    const carrier = {
      post,
      encode: this.#encode.bind(this),
      decode: this.#decode.bind(this),
      start: (/** @type {number[]} */ streams) => this.#transfers.start(streams),
    };
    this.#blobs = new Blobs(post);
    this.#transfers = new Transfers(post, onChange);
    this.#calling = new Calling(carrier, (stream) => this.#transfers.stop(stream), onChange);
    this.#serving = new Serving(this.#exposed, carrier, clientId, page.warn);
    const { foreign: _, ...classes } = errors;
    Object.assign(this, classes); // a front end can't import them: it is a text of its own
    internals.set(this, { session: this.#session, post, setState: (state) => this.#enter(state) });
  }

  get id() {
    return this.#session.channelId;
  }

  get clientId() {
    return this.#session.clientId;
  }

  get state() {
    return this.#state;
  }

  /**
   * Call a function that the kernel exposes.
   * @param {string} method
   * @param {...unknown} args
   * @returns {Promise<any>}
   */
  call(method, ...args) {
    return this.callWith({}, method, ...args);
  }

  /**
   * The same with a time limit, a signal that cancels it, or a callback for progress.
   * @param {import("./calling.js").Options} options
   * @param {string} method
   * @param {...unknown} args
   * @returns {Promise<any>}
   */
  async callWith(options, method, ...args) {
    if (this.#ended) throw this.#ended;
    return this.#calling.call(options, method, args);
  }

  /**
   * Run a function that the kernel exposes, without an answer.
   * @param {string} method
   * @param {...unknown} args
   */
  notify(method, ...args) {
    if (!this.#ended) this.#calling.notify(method, args);
  }

  /**
   * Let the kernel call functions of this page.
   * @param {Record<string, unknown> | string} target functions by name, or one's name
   * @param {(...args: any[]) => unknown} [handler]
   */
  expose(target, handler) {
    this.#exposed.add(target, handler);
  }

  /** @param {...string} names */
  unexpose(...names) {
    this.#exposed.remove(names);
  }

  /**
   * A stream of bytes, to give to a call or to return from a handler.
   * @param {unknown} source a Blob, a File, a ReadableStream, or an iterable of Uint8Array
   * @param {{sizeBytes?: number | null, name?: string | null}} [options]
   */
  stream(source, options) {
    return new OutStream(source, options);
  }

  /**
   * @param {"state" | "close"} event
   * @param {(state: State) => void} callback
   * @returns {() => void} takes the callback back
   */
  on(event, callback) {
    const listeners = this.#listeners[event];
    if (!listeners) throw new RangeError(`there is no event "${event}": there are "state" and "close"`);
    listeners.add(callback);
    return () => { listeners.delete(callback); };
  }

  /** Leave: this page is no client any more; the channel lives on. */
  close() {
    if (this.#ended) return;
    this.#session.leave();
    this.end(new errors.ChannelClosedError("This page has left the channel."));
  }

  /**
   * End this page's part, without telling the kernel.
   * @param {Error} error what calls that wait are rejected with
   */
  end(error) {
    if (this.#ended) return;
    this.#ended = error;
    this.#session.end();
    this.#calling.end(error);
    this.#serving.end(error);
    this.#transfers.end(error);
    this.#enter("closed");
  }

  /** @param {State} state */
  #enter(state) {
    if (state === this.#state || this.#state === "closed") return;
    this.#state = state;
    for (const callback of [...this.#listeners.state]) callback(state);
    if (state === "closed") for (const callback of [...this.#listeners.close]) callback(state);
  }

  /**
   * @param {import("./link.js").Item} item
   * @param {Uint8Array[]} buffers
   */
  #onItem(item, buffers) {
    switch (item.item) {
      case "call": return this.#serving.call(item, buffers);
      case "cancel": return this.#serving.cancel(item);
      case "notify": return void this.#serving.notify(item, buffers);
      case "part": return this.#blobs.receive(item, buffers[0]);
      case "started": case "progress": case "result": case "error": return this.#calling.receive(item, buffers);
      default: return void this.#transfers.receive(item, buffers);
    }
  }

  /**
   * @param {unknown} value
   * @param {string} path
   * @param {Map<Blob, Uint8Array>} [blobs]
   * @returns {import("./serving.js").Encoded | Promise<import("./serving.js").Encoded>}
   */
  #encode(value, path, blobs = new Map()) {
    const encoder = new Encoder({
      part: (bytes) => this.#blobs.send(bytes),
      stream: (out) => this.#transfers.add(out),
    }, blobs);
    const tree = encoder.encode(value, path);
    if (!encoder.unread.length) return { tree, buffers: encoder.buffers, streams: encoder.streams };
    const read = encoder.unread.map(async (blob) => blobs.set(blob, new Uint8Array(await blob.arrayBuffer())));
    return Promise.all(read).then(() => this.#encode(value, path, blobs));
  }

  /**
   * @param {unknown} tree
   * @param {Uint8Array[]} buffers
   * @param {import("./streams.js").InStream[]} [streams] collects those that the value has
   */
  #decode(tree, buffers, streams = []) {
    return decode(tree, buffers, {
      blob: (number) => this.#blobs.take(number),
      stream: (facts) => {
        const stream = this.#transfers.open(facts);
        streams.push(stream);
        return stream;
      },
    });
  }
}

/**
 * What the page's own code does with a channel and a front end can't.
 * @type {WeakMap<Channel, {
 *   session: Session,
 *   post: (item: import("./link.js").Item) => void,
 *   setState: (state: State) => void,
 * }>}
 */
export const internals = new WeakMap();
