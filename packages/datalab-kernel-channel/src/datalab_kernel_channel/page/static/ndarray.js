// Arrays of more than one dimension: a typed array, its shape and its type, as numpy has them.

import { WireValueError } from "./errors.js";

/**
 * @typedef {Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array
 *   | BigInt64Array | BigUint64Array | Float32Array | Float64Array} TypedArray
 * @typedef {{ new(buffer: ArrayBuffer): TypedArray, BYTES_PER_ELEMENT: number }} TypedArrayClass
 */

const Float16 = /** @type {TypedArrayClass} */ (
  /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (globalThis)).Float16Array ?? Uint16Array
);

/** @type {Record<string, TypedArrayClass>} What holds the numbers of each dtype. */
const CLASSES = {
  bool: Uint8Array,
  int8: Int8Array, uint8: Uint8Array, int16: Int16Array, uint16: Uint16Array,
  int32: Int32Array, uint32: Uint32Array, int64: BigInt64Array, uint64: BigUint64Array,
  float16: Float16, float32: Float32Array, float64: Float64Array,
  complex64: Float32Array, complex128: Float64Array,
};

/**
 * The dtype of a typed array; undefined if numpy has none.
 * @param {ArrayBufferView} data
 */
export function dtypeOf(data) {
  const name = Object.prototype.toString.call(data).slice(8, -1);
  return /** @type {Record<string, string | undefined>} */ ({
    Int8Array: "int8", Uint8Array: "uint8", Uint8ClampedArray: "uint8",
    Int16Array: "int16", Uint16Array: "uint16", Int32Array: "int32", Uint32Array: "uint32",
    BigInt64Array: "int64", BigUint64Array: "uint64",
    Float16Array: "float16", Float32Array: "float32", Float64Array: "float64",
  })[name];
}

/** An array as numpy has it: row-major; complex numbers are pairs, one behind the other. */
export class NDArray {
  /**
   * @param {ArrayBufferView} data the numbers, in rows
   * @param {number[]} [shape] one dimension if left out
   * @param {string} [dtype] numpy's name; that of `data` if left out
   */
  constructor(data, shape, dtype) {
    const kind = dtype ?? dtypeOf(data);
    if (kind === undefined || !(kind in CLASSES)) {
      throw new WireValueError("dtype", String(kind), `known are ${Object.keys(CLASSES).join(", ")}.`);
    }
    const parts = kind.startsWith("complex") ? 2 : 1;
    const length = /** @type {{length: number}} */ (/** @type {unknown} */ (data)).length / parts;
    const sizes = shape ?? [length];
    if (sizes.reduce((all, size) => all * size, 1) !== length) {
      throw new RangeError(`${length} numbers don't make an array of shape [${sizes.join(", ")}]`);
    }
    this.data = /** @type {TypedArray} */ (data);
    this.shape = [...sizes];
    this.dtype = kind;
  }

  /**
   * The array that some bytes stand for; the bytes are copied only if they aren't aligned.
   * @param {string} dtype
   * @param {number[]} shape
   * @param {Uint8Array} bytes little-endian
   */
  static fromBytes(dtype, shape, bytes) {
    const kind = CLASSES[dtype];
    if (!kind) throw new WireValueError("array", dtype, "no such dtype is known here.");
    const isWhole = bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength;
    const buffer = isWhole ? bytes.buffer : bytes.slice().buffer;
    return new NDArray(new kind(/** @type {ArrayBuffer} */ (buffer)), shape, dtype);
  }

  /** The numbers' bytes, little-endian: a view, not a copy. */
  get bytes() {
    return new Uint8Array(this.data.buffer, this.data.byteOffset, this.data.byteLength);
  }

  /**
   * One number; a pair `[re, im]` of a complex array, true or false of a boolean one.
   * @param {...number} indices one for each dimension
   */
  get(...indices) {
    if (indices.length !== this.shape.length) {
      throw new RangeError(`${this.shape.length} indices were expected, and ${indices.length} given`);
    }
    let offset = 0;
    this.shape.forEach((size, dimension) => {
      const index = indices[dimension];
      if (!Number.isInteger(index) || index < 0 || index >= size) {
        throw new RangeError(`index ${index} isn't within dimension ${dimension} of size ${size}`);
      }
      offset = offset * size + index;
    });
    if (this.dtype.startsWith("complex")) return [this.data[2 * offset], this.data[2 * offset + 1]];
    return this.dtype === "bool" ? this.data[offset] !== 0 : this.data[offset];
  }
}
