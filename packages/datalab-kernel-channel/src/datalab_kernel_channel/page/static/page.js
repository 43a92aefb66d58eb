// What anywidget loads: joins the channel of its widget, runs the front end, shows its views.

import { Channel, internals } from "./channel.js";
import { ChannelClosedError, KernelRestartedError } from "./errors.js";
import { errorItem } from "./failures.js";
import { Frontend } from "./frontend.js";
import { soon } from "./session.js";

const STORE = "datalab-kernel-channel/";

/** One widget on one page. */
class Page {
  /** @type {(() => void)[]} */
  #undo = [];
  #isStarted = false;
  #isFocused = document.hasFocus();

  /** @param {any} model anywidget's, with send and on */
  constructor(model) {
    const channelId = model.get("channel_id");
    const clientId = crypto.randomUUID();
    this.model = model;
    this.port = model.get("is_broadcast") ? new BroadcastChannel(channelId) : null;
    this.replaces = takeOver(channelId, clientId);
    this.channel = new Channel(channelId, clientId, {
      send: (content, buffers) => this.#send(content, buffers),
      nowS: () => performance.now() / 1000,
      later: (callback, delayS) => {
        const timer = setTimeout(callback, delayS * 1000);
        return () => clearTimeout(timer);
      },
      soon,
    }, { onWelcome: () => this.#start(), facts: () => this.#facts(), warn: (...words) => console.warn("channel:", ...words) });
    this.inside = /** @type {NonNullable<ReturnType<typeof internals.get>>} */ (internals.get(this.channel));
    this.frontend = new Frontend(model.get("module_text"), this.channel, model, model.get("is_displayed"));
    this.#listen();
    this.inside.session.join();
  }

  #listen() {
    const { model } = this;
    const on = (/** @type {any} */ target, /** @type {string} */ name, /** @type {(...args: any[]) => void} */ callback) => {
      if (target === model) {
        model.on(name, callback);
        this.#undo.push(() => model.off(name, callback));
      } else {
        target.addEventListener(name, callback);
        this.#undo.push(() => target.removeEventListener(name, callback));
      }
    };
    const receive = (/** @type {any} */ content, /** @type {ArrayBufferView[]} */ buffers) => this.inside.session.receive(content, buffers);
    if (this.port) this.#hear(this.port, receive);
    else on(model, "msg:custom", receive);
    on(model, "comm:close", () => this.channel.end(new ChannelClosedError()));
    on(model, "comm_live_update", () => this.#rejoin());
    on(window, "online", () => this.#rejoin());
    on(window, "offline", () => this.inside.setState("lost"));
    on(window, "focus", () => this.#focus(true));
    on(window, "blur", () => this.#focus(false));
    on(window, "pagehide", (/** @type {PageTransitionEvent} */ event) => {
      if (event.persisted) return;
      markLeft(this.channel.id, this.channel.clientId);
      this.channel.close();
    });
    this.channel.on("close", () => this.#end());
    this.#addStyle(model.get("module_css"));
  }

  // The kernel is in a worker of this page: Jupyter's messages wait there for the cell to end.
  /**
   * @param {BroadcastChannel} port
   * @param {(content: any, buffers: ArrayBufferView[]) => void} receive
   */
  #hear(port, receive) {
    port.onmessage = ({ data }) => {
      if (data.to === "page") receive(JSON.parse(data.content), data.buffers);
    };
    this.#undo.push(() => port.close());
  }

  /** @param {string} text */
  #addStyle(text) {
    if (!text) return;
    const style = document.createElement("style");
    style.textContent = text;
    document.head.append(style);
    this.#undo.push(() => style.remove());
  }

  // The connection to the kernel changed: it was cut, is back, or the kernel is another one.
  #rejoin() {
    this.inside.setState("lost");
    this.inside.session.join();
  }

  /**
   * @param {Record<string, unknown>} content
   * @param {ArrayBuffer[]} buffers
   */
  #send(content, buffers) {
    if (this.port) {
      this.port.postMessage({ to: "kernel", content: JSON.stringify(content), buffers });
      return;
    }
    try {
      this.model.send(content, undefined, buffers);
    } catch (error) { // the comm is gone: only a kernel that ended takes it away without a word
      console.warn("channel:", error);
      this.channel.end(new KernelRestartedError());
    }
  }

  async #start() {
    if (this.#isStarted) return;
    this.#isStarted = true;
    try {
      await this.frontend.start();
      this.inside.post({ item: "ready" });
    } catch (error) {
      console.error("channel:", error);
      this.inside.post({ item: "failed", error: errorItem(error) });
    }
  }

  /** @param {boolean} focused */
  #focus(focused) {
    if (focused === this.#isFocused) return;
    this.#isFocused = focused;
    this.inside.post({ item: "focus", focused });
  }

  #facts() {
    return {
      replaces: this.replaces,
      url: location.href.split("?")[0],
      user_agent: navigator.userAgent,
      application: application(),
      focused: this.#isFocused,
    };
  }

  #end() {
    for (const undo of this.#undo) undo();
    this.#undo = [];
    this.frontend.end();
  }
}

/**
 * Note this page as the tab's client; return the one that it replaces: the same tab before a
 * refresh. A duplicated tab has a copy of the note, but its page hasn't left.
 * @param {string} channelId
 * @param {string} clientId
 * @returns {string | null}
 */
function takeOver(channelId, clientId) {
  const former = sessionStorage.getItem(STORE + channelId);
  sessionStorage.setItem(STORE + channelId, clientId);
  return former?.endsWith(" left") ? former.slice(0, -5) : null;
}

/**
 * @param {string} channelId
 * @param {string} clientId
 */
function markLeft(channelId, clientId) {
  if (sessionStorage.getItem(STORE + channelId) === clientId) sessionStorage.setItem(STORE + channelId, `${clientId} left`);
}

/** What shows the notebook, such as JupyterLab; "" if that can't be known. */
function application() {
  const config = document.getElementById("jupyter-config-data")?.textContent;
  if (config) return String(JSON.parse(config).appName ?? "");
  return "Jupyter" in globalThis ? "NbClassic" : "";
}

/** One widget's model on a page: the channel that it carries, if any, and its views. */
class Host {
  /** @type {Page | null} */
  #page = null;
  /** @type {Map<HTMLElement, () => void>} */
  #views = new Map();
  #model;

  /** @param {any} model */
  constructor(model) {
    this.#model = model;
    model.on("change:channel_id", () => this.#change());
    this.#change();
  }

  #change() {
    this.#page?.channel.close();
    this.#page = this.#model.get("channel_id") ? new Page(this.#model) : null;
    for (const el of this.#views.keys()) {
      el.replaceChildren();
      this.#show(el);
    }
  }

  /** @param {HTMLElement} el */
  #show(el) {
    this.#views.set(el, this.#page?.frontend.addView(el) ?? (() => undefined));
  }

  /** @param {HTMLElement} el */
  addView(el) {
    this.#show(el);
    return () => {
      this.#views.get(el)?.();
      this.#views.delete(el);
    };
  }

  /** The widget is gone from this page. */
  dispose() {
    this.#page?.channel.close();
  }
}

/** @type {Map<string, Host>} */
const HOSTS = new Map();

/** @param {any} model */
function hostOf(model) {
  const key = model.get("_key");
  const host = HOSTS.get(key) ?? new Host(model);
  HOSTS.set(key, host);
  return host;
}

export default {
  /** @param {{model: any}} given */
  initialize({ model }) {
    const host = hostOf(model);
    return () => {
      HOSTS.delete(model.get("_key"));
      host.dispose();
    };
  },
  /** @param {{model: any, el: HTMLElement}} given */
  render({ model, el }) {
    return hostOf(model).addView(el);
  },
};
