// A front end on a page: its module, its functions' one run, its views, and what they clean up.

const FIRST_VIEW_MS = 1000; // a front end that draws is first given its place in the page, if it gets one

/**
 * @typedef {import("./channel.js").Channel} Channel
 * @typedef {{channel: Channel, model: any, el?: HTMLElement}} Given
 * @typedef {(given: Given) => unknown} Run
 * @typedef {{initialize?: Run, render?: Run}} Parts
 */

/**
 * The default export of a module that is given as text.
 * @param {string} text
 * @returns {Promise<Run | Parts>}
 */
async function load(text) {
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  try {
    const { default: found } = await import(/* webpackIgnore: true */ url);
    const isRun = typeof found === "function";
    const isParts = typeof found === "object" && found !== null && [found.initialize, found.render].some((part) => typeof part === "function");
    if (!isRun && !isParts) {
      throw new TypeError("the module's default export is to be a function, or an object with functions `initialize` or `render`");
    }
    return found;
  } finally {
    URL.revokeObjectURL(url);
  }
}

export class Frontend {
  #channel;
  #model;
  #isDisplayed;
  /** @type {Promise<Run | Parts>} */
  #module;
  /** @type {Set<() => void>} */
  #cleanups = new Set();
  /** @type {Map<HTMLElement, Promise<(() => void) | undefined>>} What shows each view, the oldest first. */
  #views = new Map();
  /** @type {HTMLElement | null} A function's element, and the view that it is in. */
  #own = null;
  /** @type {HTMLElement | null} */
  #ownView = null;
  /** @type {() => void} */
  #onFirstView = () => undefined;
  /** @type {Promise<void>} */
  #firstView = new Promise((resolve) => { this.#onFirstView = resolve; });
  /** @type {() => void} */
  #onStarted = () => undefined;
  /** @type {Promise<void>} */
  #started = new Promise((resolve) => { this.#onStarted = resolve; });
  #isOver = false;

  /**
   * @param {string} text the module
   * @param {Channel} channel
   * @param {any} model
   * @param {boolean} isDisplayed whether a view is to be expected
   */
  constructor(text, channel, model, isDisplayed) {
    this.#channel = channel;
    this.#model = model;
    this.#isDisplayed = isDisplayed;
    this.#module = load(text);
    this.#module.catch(() => undefined); // `start` reports it
  }

  /** Run the function, or `initialize`; rejects with what went wrong. */
  async start() {
    const found = await this.#module;
    try {
      if (typeof found === "function") await this.#runFunction(found);
      else if (found.initialize) await this.#run((given) => found.initialize?.(given));
    } finally {
      this.#onStarted();
    }
    if (typeof found === "function" || found.initialize) return;
    await this.#waitForView(); // there is only `render`: what it exposes is to be there
    await [...this.#views.values()][0];
  }

  /** @param {Run} found */
  async #runFunction(found) {
    await this.#waitForView();
    this.#own = document.createElement("div");
    const [first] = this.#views.keys();
    if (first) this.#place(first);
    await this.#run(found, this.#own);
  }

  async #waitForView() {
    if (!this.#isDisplayed) return;
    const late = new Promise((resolve) => { setTimeout(resolve, FIRST_VIEW_MS); });
    await Promise.race([this.#firstView, late]);
  }

  /**
   * @param {Run} run
   * @param {HTMLElement} [el]
   */
  async #run(run, el) {
    const cleanup = await run({ channel: this.#channel, model: this.#model, ...(el && { el }) });
    if (typeof cleanup !== "function") return () => undefined;
    const once = () => {
      if (!this.#cleanups.delete(once)) return;
      try {
        cleanup();
      } catch (error) {
        console.error("clean-up of a front end:", error);
      }
    };
    this.#cleanups.add(once);
    if (this.#isOver) once();
    return once;
  }

  /**
   * Show the front end in one more place.
   * @param {HTMLElement} el
   * @returns {() => void} takes the view away
   */
  addView(el) {
    const shown = this.#show(el);
    this.#views.set(el, shown);
    this.#onFirstView();
    shown.catch((error) => {
      console.error("a front end can't be shown:", error);
      el.append(`${error.name}: ${error.message}`);
    });
    return () => {
      this.#views.delete(el);
      if (this.#ownView === el) this.#ownView = null;
      shown.then((cleanup) => cleanup?.(), () => undefined);
    };
  }

  /** @param {HTMLElement} el */
  async #show(el) {
    const found = await this.#module;
    if (this.#own === null || this.#ownView !== null) await this.#started; // else its function runs, or ran, unseen
    if (!this.#views.has(el)) return undefined;
    if (typeof found !== "function") return found.render ? this.#run((given) => found.render?.(given), el) : undefined;
    if (this.#ownView === el) return undefined;
    if (this.#ownView === null) {
      this.#place(el);
      return undefined;
    }
    const another = document.createElement("div");
    el.append(another);
    return this.#run(found, another);
  }

  /** @param {HTMLElement} el */
  #place(el) {
    this.#ownView = el;
    el.append(/** @type {HTMLElement} */ (this.#own));
  }

  /** Clean up: the channel is closed, or the page's model is gone. */
  end() {
    this.#isOver = true;
    for (const cleanup of [...this.#cleanups]) cleanup();
  }
}
