// Values too large for one frame: sent ahead in parts, and put together where they arrive.

import TABLE from "../../protocol/frames.json" with { type: "json" };
import { Refused } from "./table.js";

export class Blobs {
  #sent = 0;
  /** @type {Map<number, {bytes: Uint8Array, filled: number}>} */
  #coming = new Map();
  #post;

  /** @param {import("./transfers.js").Post} post */
  constructor(post) {
    this.#post = post;
  }

  /**
   * Send bytes ahead of the item that uses them; return their number.
   * @param {Uint8Array} bytes
   */
  send(bytes) {
    this.#sent += 1;
    const limit = TABLE.limits.part_bytes;
    for (let start = 0; start < bytes.length; start += limit) {
      const part = new Uint8Array(bytes.subarray(start, start + limit)); // alone in its ArrayBuffer
      this.#post({ item: "part", blob: this.#sent, size: bytes.length }, [part]);
    }
    return this.#sent;
  }

  /**
   * @param {import("./link.js").Item} item
   * @param {Uint8Array} part
   */
  receive(item, part) {
    const blob = this.#coming.get(item.blob) ?? { bytes: new Uint8Array(item.size), filled: 0 };
    if (blob.filled + part.length > blob.bytes.length) throw new Refused("unknown_blob", `${item.blob} is too long`);
    blob.bytes.set(part, blob.filled);
    blob.filled += part.length;
    this.#coming.set(item.blob, blob);
  }

  /** @param {number} number */
  take(number) {
    const blob = this.#coming.get(number);
    if (!blob || blob.filled < blob.bytes.length) throw new Refused("unknown_blob", String(number));
    this.#coming.delete(number);
    return blob.bytes;
  }
}
