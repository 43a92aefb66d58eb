// What a page exposes: functions by name; nothing else can be called.

const NAME = /^[\p{ID_Start}$][\p{ID_Continue}$]*$/u;

/** @typedef {(...args: any[]) => unknown} Handler */

export class Exposed {
  /** @type {Map<string, Handler>} */
  #handlers = new Map();

  /**
   * @param {Record<string, unknown> | string} target functions by name, or one function's name
   * @param {unknown} [handler]
   */
  add(target, handler) {
    const found = Object.entries(typeof target === "string" ? { [target]: handler } : target);
    for (const [name, value] of found) {
      if (!NAME.test(name)) throw new RangeError(`"${name}" can't be exposed: a name is an identifier without an underscore before it`);
      if (typeof value !== "function") throw new TypeError(`${name} is to be exposed, but is a ${typeof value} and no function`);
    }
    for (const [name, value] of found) this.#handlers.set(name, /** @type {Handler} */ (value));
  }

  /** @param {string[]} names */
  remove(names) {
    for (const name of names) this.#handlers.delete(name);
  }

  /** @param {string} name */
  get(name) {
    return this.#handlers.get(name);
  }

  /** All names, sorted. */
  get names() {
    return [...this.#handlers.keys()].sort();
  }
}
