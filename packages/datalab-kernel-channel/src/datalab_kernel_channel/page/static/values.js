// Values as trees: JSON in which an object with the key `$` is a tag, and buffers beside it.

import TABLE from "../../protocol/frames.json" with { type: "json" };
import { fromBase64, toBase64 } from "./base64.js";
import { WireValueError } from "./errors.js";
import { NDArray, dtypeOf } from "./ndarray.js";
import { alone, OutStream } from "./streams.js";
import { Refused } from "./table.js";

/**
 * @typedef {{
 *   part: (bytes: Uint8Array) => number,
 *   stream: (out: OutStream) => number,
 * }} Outside sends a blob ahead in parts, numbers a stream
 * @typedef {{
 *   blob: (number: number) => Uint8Array,
 *   stream: (facts: Record<string, any>) => unknown,
 * }} Inside hands out a blob that came, opens a stream
 */

const LIMITS = TABLE.limits;
const CODEC = Symbol.for("datalab-kernel-channel/codec"); // the kernel's name of an object's type; spread copies it

/** Turns one value (a call's arguments, a result) into a tree with its own buffers. */
export class Encoder {
  /** @type {Uint8Array[]} */
  buffers = [];
  /** @type {number[]} */
  streams = [];
  /** @type {Map<Blob, Uint8Array>} Blobs, and their bytes as far as they were read. */
  #blobs;
  /** @type {Blob[]} */
  unread = [];
  #outside;
  #ownBytes = 0;
  /** @type {Set<object>} */
  #above = new Set();
  /** @type {Set<OutStream>} */
  #outs = new Set();
  /** @type {(() => void)[]} What is done outside, once the whole value is known to be right. */
  #later = [];

  /**
   * @param {Outside} outside
   * @param {Map<Blob, Uint8Array>} [blobs]
   */
  constructor(outside, blobs = new Map()) {
    this.#outside = outside;
    this.#blobs = blobs;
  }

  /**
   * @param {unknown} value
   * @param {string} path what the value is called in errors
   * @returns {any} the tree
   */
  encode(value, path) {
    const tree = this.#tree(value, path, 0);
    if (this.unread.length) return undefined;
    for (const act of this.#later) act();
    const text = JSON.stringify(tree);
    if (text.length <= LIMITS.json_bytes / 3) return tree;
    const bytes = new TextEncoder().encode(text);
    return bytes.length > LIMITS.json_bytes ? { $: "json", ...this.#data(bytes) } : tree;
  }

  /**
   * @param {unknown} value
   * @param {string} path
   * @param {number} depth
   * @returns {any}
   */
  #tree(value, path, depth) {
    if (depth > LIMITS.depth) throw new WireValueError(path, "nested value", `more than ${LIMITS.depth} levels deep.`);
    switch (typeof value) {
      case "undefined": return null;
      case "boolean": case "string": return value;
      case "number": return numberTree(value);
      case "bigint": return { $: "int", value: String(value) };
      case "object": return value === null ? null : this.#object(value, path, depth);
      default: throw new WireValueError(path, typeof value, "send what it stands for.");
    }
  }

  /**
   * @param {object} value
   * @param {string} path
   * @param {number} depth
   */
  #object(value, path, depth) {
    if (value instanceof NDArray) return this.#array(value.dtype, value.shape, value.bytes);
    if (ArrayBuffer.isView(value)) return this.#view(value);
    if (value instanceof ArrayBuffer) return this.#bytes(new Uint8Array(value));
    if (value instanceof Blob) return this.#blob(value);
    if (value instanceof Date) return dateTree(value, path);
    if (value instanceof OutStream) return this.#stream(value, path);
    const kind = Object.prototype.toString.call(value).slice(8, -1);
    if (kind === "AsyncGenerator") return this.#stream(new OutStream(value), path);
    if (this.#above.has(value)) throw new WireValueError(path, "cycle", "it holds itself.");
    this.#above.add(value);
    const tree = this.#container(value, path, depth + 1);
    this.#above.delete(value);
    return tree;
  }

  /**
   * @param {object} value
   * @param {string} path
   * @param {number} depth
   */
  #container(value, path, depth) {
    if (Array.isArray(value)) return Array.from(value, (part, index) => this.#tree(part, `${path}[${index}]`, depth));
    const isMap = value instanceof Map;
    const above = Object.getPrototypeOf(value);
    const isPlain = above === null || Object.getPrototypeOf(above) === null; // of any frame of the page
    if (!isMap && !isPlain) {
      const hint = value instanceof Set ? "send [...set]." : "send a plain object with its properties.";
      throw new WireValueError(path, above.constructor?.name ?? "object", hint);
    }
    const entries = isMap ? [...value] : Object.entries(value);
    const tree = Object.fromEntries(entries.map(([key, part]) => {
      if (typeof key !== "string") throw new WireValueError(`${path} key`, typeof key, "a Map's keys are strings.");
      return [key, this.#tree(part, `${path}[${JSON.stringify(key)}]`, depth)];
    }));
    const plain = Object.hasOwn(tree, "$") ? { $: "object", value: tree } : tree;
    const name = /** @type {Record<symbol, unknown>} */ (value)[CODEC];
    return typeof name === "string" ? { $: "codec", name, value: plain } : plain;
  }

  /** @param {ArrayBufferView} view */
  #view(view) {
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    const dtype = dtypeOf(view);
    if (dtype === undefined || view instanceof Uint8Array) return this.#bytes(bytes);
    return this.#array(dtype, [/** @type {{length: number}} */ (/** @type {unknown} */ (view)).length], bytes);
  }

  /**
   * @param {string} dtype
   * @param {number[]} shape
   * @param {Uint8Array} bytes
   */
  #array(dtype, shape, bytes) {
    return this.#withData({ $: "array", dtype, shape }, bytes);
  }

  /** @param {Uint8Array} bytes */
  #bytes(bytes) {
    return this.#withData({ $: "bytes" }, bytes);
  }

  /** @param {Blob} blob */
  #blob(blob) {
    const bytes = this.#blobs.get(blob);
    if (bytes) return this.#bytes(bytes);
    this.unread.push(blob);
    return null;
  }

  /**
   * @param {OutStream} out
   * @param {string} path
   */
  #stream(out, path) {
    if (out.isTaken || this.#outs.has(out)) throw new WireValueError(path, "stream", "it was sent already; make another one of its source.");
    this.#outs.add(out);
    const tree = { $: "stream", stream: 0, size: out.sizeBytes, name: out.name, media_type: out.mediaType };
    this.#later.push(() => {
      tree.stream = this.#outside.stream(out);
      this.streams.push(tree.stream);
    });
    return tree;
  }

  /**
   * @param {Record<string, unknown>} tree
   * @param {Uint8Array} bytes
   */
  #withData(tree, bytes) {
    this.#later.push(() => Object.assign(tree, this.#data(bytes)));
    return tree;
  }

  /**
   * Where the bytes travel; a copy, as the front end may use its own again.
   * @param {Uint8Array} bytes
   */
  #data(bytes) {
    if (bytes.length < LIMITS.inline_bytes) return { base64: toBase64(bytes) };
    if (this.#ownBytes + bytes.length > LIMITS.part_bytes) return { blob: this.#outside.part(bytes) };
    this.#ownBytes += bytes.length;
    this.buffers.push(new Uint8Array(bytes));
    return { buffer: this.buffers.length - 1 };
  }
}

/** @param {number} value */
function numberTree(value) {
  if (Number.isFinite(value) && !Object.is(value, -0)) return value;
  return { $: "number", value: Object.is(value, -0) ? "-0" : String(value) };
}

/**
 * @param {Date} value
 * @param {string} path
 */
function dateTree(value, path) {
  if (Number.isNaN(value.getTime())) throw new WireValueError(path, "Date", "it is invalid.");
  return { $: "date", ms: value.getTime() };
}

/**
 * The value that a tree stands for.
 * @param {any} tree
 * @param {Uint8Array[]} buffers the item's own
 * @param {Inside} inside
 * @param {number} [depth]
 * @returns {any}
 */
export function decode(tree, buffers, inside, depth = 0) {
  if (depth > LIMITS.depth) throw new Refused("too_deep");
  if (typeof tree !== "object" || tree === null) return tree;
  if (Array.isArray(tree)) return tree.map((part) => decode(part, buffers, inside, depth + 1));
  if (Object.hasOwn(tree, "$")) return tagged(tree, buffers, inside, depth);
  return plainObject(tree, buffers, inside, depth);
}

/**
 * @param {Record<string, any>} tree
 * @param {Uint8Array[]} buffers
 * @param {Inside} inside
 * @param {number} depth
 */
function plainObject(tree, buffers, inside, depth) {
  const entries = Object.entries(tree).map(([key, part]) => [key, decode(part, buffers, inside, depth + 1)]);
  return Object.fromEntries(entries);
}

/** @type {Record<string, number>} */
const NUMBERS = { NaN, Infinity, "-Infinity": -Infinity, "-0": -0 };

/**
 * @param {Record<string, any>} tree
 * @param {Uint8Array[]} buffers
 * @param {Inside} inside
 * @param {number} depth
 */
function tagged(tree, buffers, inside, depth) {
  switch (tree.$) {
    case "bytes": return dataOf(tree, buffers, inside);
    case "array": return arrayOf(tree, buffers, inside);
    case "number":
      if (!Object.hasOwn(NUMBERS, tree.value)) throw new Refused("bad_value", String(tree.value));
      return NUMBERS[tree.value];
    case "int":
      if (!/^-?\d+$/.test(tree.value)) throw new Refused("bad_value", "int");
      return BigInt(tree.value);
    case "date": {
      const date = new Date(tree.ms);
      if (Number.isNaN(date.getTime())) throw new Refused("bad_value", "date");
      return date;
    }
    case "object": return plainObject(tree.value, buffers, inside, depth);
    case "codec": {
      const value = decode(tree.value, buffers, inside, depth);
      return typeof value === "object" && value !== null ? Object.assign(value, { [CODEC]: tree.name }) : value;
    }
    case "stream": return inside.stream(tree);
    case "json": {
      const text = new TextDecoder().decode(dataOf(tree, buffers, inside));
      return decode(JSON.parse(text), buffers, inside, depth);
    }
    default: throw new Refused("bad_value", `no tag ${String(tree.$)}`);
  }
}

/**
 * @param {Record<string, any>} tree
 * @param {Uint8Array[]} buffers
 * @param {Inside} inside
 */
function arrayOf(tree, buffers, inside) {
  const { dtype, shape } = tree;
  const isShape = Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  if (!TABLE.dtypes.includes(dtype) || !isShape) throw new Refused("bad_value", `${dtype} ${shape}`);
  try {
    return NDArray.fromBytes(dtype, shape, dataOf(tree, buffers, inside));
  } catch (error) {
    if (error instanceof RangeError) throw new Refused("bad_value", error.message);
    throw error;
  }
}

/**
 * A tag's bytes: nothing else lies behind their `buffer`.
 * @param {Record<string, any>} tree
 * @param {Uint8Array[]} buffers
 * @param {Inside} inside
 */
function dataOf(tree, buffers, inside) {
  if (typeof tree.base64 === "string") return fromBase64(tree.base64);
  if (Number.isSafeInteger(tree.blob)) return inside.blob(tree.blob);
  const own = buffers[tree.buffer];
  if (!own) throw new Refused("bad_value", `no buffer ${tree.buffer}`);
  return alone(own);
}
