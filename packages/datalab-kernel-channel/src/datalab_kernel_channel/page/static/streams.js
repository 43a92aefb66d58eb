// Byte streams: what is read from the kernel, and the pieces of what is sent to it.

import { StreamConsumedError, WireValueError } from "./errors.js";

/** A stream of bytes from the kernel; it can be read once, in one of its ways. */
export class InStream {
  /** @type {Uint8Array[]} */
  #chunks = [];
  /** @type {(() => void) | null} */
  #wake = null;
  #consumed = false;
  #ended = false;
  /** @type {unknown} */
  #error = undefined;
  #onRead;
  #onStop;

  /**
   * @param {{sizeBytes?: number | null, name?: string | null, mediaType?: string | null}} facts
   * @param {(bytes: number) => void} onRead is told how many bytes the reader took
   * @param {() => void} onStop is told that the reader wants no more
   */
  constructor(facts, onRead, onStop) {
    this.sizeBytes = facts.sizeBytes ?? null;
    this.name = facts.name ?? null;
    this.mediaType = facts.mediaType ?? null;
    this.receivedBytes = 0;
    this.#onRead = onRead;
    this.#onStop = onStop;
  }

  /** @param {Uint8Array} bytes */
  push(bytes) {
    this.receivedBytes += bytes.byteLength;
    if (this.#ended) return;
    this.#chunks.push(bytes);
    this.#wake?.();
  }

  /** @param {unknown} [error] what its source raised after the bytes that came */
  finish(error) {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#wake?.();
  }

  /** Whether somebody reads it, or has read it. */
  get isConsumed() {
    return this.#consumed;
  }

  /** Want no more of it; the kernel closes its source. */
  cancel() {
    this.#consumed = true;
    this.#chunks = [];
    if (this.#ended) return;
    this.#ended = true;
    this.#onStop();
    this.#wake?.();
  }

  /** @returns {AsyncGenerator<Uint8Array, void, void>} */
  [Symbol.asyncIterator]() {
    if (this.#consumed) throw new StreamConsumedError();
    this.#consumed = true;
    return this.#read();
  }

  async *#read() {
    try {
      for (;;) {
        const chunk = this.#chunks.shift();
        if (chunk) {
          this.#onRead(chunk.byteLength);
          yield chunk;
        } else if (this.#ended) {
          if (this.#error !== undefined) throw this.#error;
          return;
        } else {
          await new Promise((resolve) => { this.#wake = () => resolve(undefined); });
          this.#wake = null;
        }
      }
    } finally {
      this.cancel();
    }
  }

  /** All of it. */
  async join() {
    const chunks = [];
    let size = 0;
    for await (const chunk of this) {
      chunks.push(chunk);
      size += chunk.byteLength;
    }
    return concatenated(chunks, size);
  }

  /**
   * Pieces of `limit` bytes; the last may be shorter.
   * @param {number} [limit]
   * @returns {AsyncGenerator<Uint8Array, void, void>}
   */
  async *byLimit(limit = 8192) {
    if (!Number.isInteger(limit) || limit < 1) throw new RangeError(`a limit of ${limit} bytes`);
    let rest = new Uint8Array(0);
    for await (const chunk of this) {
      const bytes = rest.length ? concatenated([rest, chunk], rest.length + chunk.length) : chunk;
      const whole = bytes.length - (bytes.length % limit);
      for (let start = 0; start < whole; start += limit) yield bytes.subarray(start, start + limit);
      rest = bytes.slice(whole);
    }
    if (rest.length) yield rest;
  }

  /**
   * Pieces that end with the separator; the last may lack it.
   * @param {string | Uint8Array} [separator]
   * @returns {AsyncGenerator<Uint8Array, void, void>}
   */
  async *bySeparator(separator = "\n") {
    const mark = typeof separator === "string" ? new TextEncoder().encode(separator) : separator;
    if (!mark.length) throw new RangeError("an empty separator separates nothing");
    /** @type {Uint8Array[]} */
    let parts = [];
    let rest = new Uint8Array(0); // the bytes since the last separator, as far as they were joined
    let pending = 0;
    for await (const chunk of this) {
      parts.push(chunk);
      pending += chunk.length;
      const tail = lastOf(rest, parts, mark.length - 1);
      if (indexOf(concatenated([tail, chunk], tail.length + chunk.length), mark, 0) < 0) continue;
      const bytes = concatenated([rest, ...parts], rest.length + pending);
      let start = 0;
      for (let end = indexOf(bytes, mark, 0); end >= 0; end = indexOf(bytes, mark, start)) {
        yield bytes.slice(start, end + mark.length);
        start = end + mark.length;
      }
      rest = bytes.slice(start);
      parts = [];
      pending = 0;
    }
    if (rest.length + pending) yield concatenated([rest, ...parts], rest.length + pending);
  }
}

/**
 * The bytes before the newest part that a separator may begin in.
 * @param {Uint8Array} rest
 * @param {Uint8Array[]} parts
 * @param {number} count
 */
function lastOf(rest, parts, count) {
  let found = new Uint8Array(0);
  for (let index = parts.length - 2; index >= -1 && found.length < count; index -= 1) {
    const part = index < 0 ? rest : parts[index];
    const wanted = part.subarray(Math.max(part.length - count + found.length, 0));
    found = concatenated([wanted, found], wanted.length + found.length);
  }
  return found;
}

/**
 * @param {Uint8Array} bytes
 * @param {Uint8Array} mark
 * @param {number} start
 */
function indexOf(bytes, mark, start) {
  for (let at = bytes.indexOf(mark[0], start); at >= 0; at = bytes.indexOf(mark[0], at + 1)) {
    if (at + mark.length > bytes.length) return -1;
    if (mark.every((byte, offset) => bytes[at + offset] === byte)) return at;
  }
  return -1;
}

/**
 * @param {Uint8Array[]} chunks
 * @param {number} size
 */
export function concatenated(chunks, size) {
  const all = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.length;
  }
  return all;
}

/**
 * Bytes that are all that lies behind their `buffer`: these, as JupyterLab makes them, or a copy.
 * @param {Uint8Array} bytes
 */
export function alone(bytes) {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
}

/** A stream to the kernel: given to a call or returned by a handler. */
export class OutStream {
  /**
   * @param {unknown} source
   * @param {{sizeBytes?: number | null, name?: string | null}} [options]
   */
  constructor(source, options = {}) {
    if (!isSource(source)) {
      throw new WireValueError("source", typeof source, "a stream is made of a Blob, a File, a ReadableStream or an iterable of Uint8Array.");
    }
    const facts = source instanceof Blob ? source : null;
    this.source = source;
    this.sizeBytes = options.sizeBytes ?? facts?.size ?? null;
    this.name = options.name ?? /** @type {{name?: string} | null} */ (facts)?.name ?? null;
    this.mediaType = facts?.type || null;
    this.sentBytes = 0;
    this.isTaken = false;
  }
}

/** @param {unknown} value */
function isSource(value) {
  return typeof value === "object" && value !== null && (
    value instanceof Blob || value instanceof ReadableStream || ArrayBuffer.isView(value)
    || value instanceof ArrayBuffer || Symbol.asyncIterator in value || Symbol.iterator in value
  );
}

/**
 * The source's bytes in pieces of at most `limit`; closing it closes the source.
 * @param {any} source
 * @param {number} limit
 * @returns {AsyncGenerator<Uint8Array, void, void>}
 */
export async function* piecesOf(source, limit) {
  if (source instanceof Blob) {
    for (let start = 0; start < source.size; start += limit) {
      yield new Uint8Array(await source.slice(start, start + limit).arrayBuffer());
    }
    return;
  }
  const parts = source instanceof ReadableStream ? readingOf(source)
    : ArrayBuffer.isView(source) || source instanceof ArrayBuffer ? [source] : source;
  for await (const part of parts) {
    const bytes = bytesOf(part);
    for (let start = 0; start < bytes.length; start += limit) yield bytes.subarray(start, start + limit);
  }
}

/** @param {unknown} part */
function bytesOf(part) {
  if (part instanceof ArrayBuffer) return new Uint8Array(part);
  if (ArrayBuffer.isView(part)) return new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
  throw new WireValueError("stream", typeof part, "a stream's source gives Uint8Array.");
}

/**
 * A ReadableStream's parts; not every browser iterates one.
 * @param {ReadableStream<Uint8Array>} stream
 */
async function* readingOf(stream) {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}
