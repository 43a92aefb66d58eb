// The table of frames, items and limits (frames.json), and the check of what came against it.

import TABLE from "../../protocol/frames.json" with { type: "json" };

/** Something that came isn't followed; `reason` is one of the table's `refusals`. */
export class Refused extends Error {
  /**
   * @param {string} reason
   * @param {string} [detail]
   */
  constructor(reason, detail = "") {
    super(detail ? `${reason}: ${detail}` : reason);
    this.reason = reason;
    this.detail = detail;
  }
}

/**
 * @typedef {{from: string, fields: Record<string, string>, buffers?: number}} Row
 * @typedef {"kernel" | "page"} Side
 */

/** @param {unknown} value */
const isCount = (value) => Number.isSafeInteger(value) && /** @type {number} */ (value) >= 0;
/** @param {unknown} value */
const isNumber = (value) => Number.isSafeInteger(value) && /** @type {number} */ (value) > 0;
/** @param {unknown} value */
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** @type {Record<string, (value: any) => boolean>} */
const CHECKS = {
  int: Number.isSafeInteger,
  bool: (value) => typeof value === "boolean",
  str: (value) => typeof value === "string",
  list: Array.isArray,
  float: (value) => typeof value === "number",
  id: (value) => typeof value === "string" && /^[\x00-\x7f]{1,64}$/.test(value),
  count: isCount,
  number: isNumber,
  ranges: (value) => Array.isArray(value)
    && value.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every(isNumber) && pair[0] <= pair[1]),
  items: Array.isArray,
  tree: () => true,
  error: isError,
};

/** @param {any} value */
function isError(value) {
  const row = isObject(value) && rowOf(TABLE.errors, value.kind);
  return Boolean(row) && hasFields(value, /** @type {Row} */ (row).fields);
}

/**
 * @param {object} rows
 * @param {unknown} name
 */
function rowOf(rows, name) {
  return typeof name === "string" && Object.hasOwn(rows, name) ? /** @type {Record<string, Row>} */ (rows)[name] : undefined;
}

/**
 * @param {Record<string, unknown>} value
 * @param {Record<string, string>} fields
 */
function hasFields(value, fields) {
  return Object.entries(fields).every(([name, kind]) => {
    if (!Object.hasOwn(value, name)) return false;
    if (!kind.endsWith("?")) return CHECKS[kind](value[name]);
    return value[name] === null || CHECKS[kind.slice(0, -1)](value[name]);
  });
}

/**
 * Refuse a frame that isn't in the table, or not from that side.
 * @param {Record<string, unknown>} frame
 * @param {Side} side who sent it
 */
export function checkFrame(frame, side) {
  const row = rowOf(TABLE.frames, frame.frame);
  if (!row || ![side, "both"].includes(row.from)) throw new Refused("unknown_frame", String(frame.frame).slice(0, 80));
  if (!hasFields(frame, row.fields)) throw new Refused("not_an_object", `${frame.frame} needs ${JSON.stringify(row.fields)}`);
}

/**
 * Refuse an item that isn't in the table; return how many buffers are its own.
 * @param {any} item
 * @param {Side} side who sent it
 * @returns {number}
 */
export function checkItem(item, side) {
  if (!isObject(item)) throw new Refused("unknown_item", `a ${typeof item}`);
  const row = rowOf(TABLE.items, item.item);
  const count = item.buffers ?? 0;
  if (!row || ![side, "both"].includes(row.from) || !isCount(count) || !hasFields(item, row.fields)) {
    throw new Refused("unknown_item", String(item.item).slice(0, 80));
  }
  if (row.buffers !== undefined && row.buffers !== count) throw new Refused("unknown_item", `${item.item} with ${count} buffers`);
  return count;
}
