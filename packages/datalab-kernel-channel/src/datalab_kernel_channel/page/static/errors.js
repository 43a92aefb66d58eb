// The errors that a front end meets; what each is about is in its properties.

/** An error whose `name` is its class's, also where classes were renamed by a bundler. */
class ChannelError extends Error {
  /**
   * @param {string} name
   * @param {string} message
   * @param {object} [facts] own properties, such as `method`
   */
  constructor(name, message, facts = {}) {
    super(message);
    Object.assign(this, facts);
    this.name = name;
  }
}

/** The channel was closed, by the kernel or by this page. */
export class ChannelClosedError extends ChannelError {
  /** @param {string} [message] */
  constructor(message = "The channel is closed: run the cell that opened it again.") {
    super("ChannelClosedError", message);
  }
}

/** The kernel was restarted or died: what ran there is gone. */
export class KernelRestartedError extends ChannelError {
  /** @param {string} [message] */
  constructor(message = "The kernel was restarted: run the cell that opened the channel again.") {
    super("KernelRestartedError", message);
  }
}

/** The kernel takes this page for gone; the page's channel doesn't come back. */
export class ClientReplacedError extends ChannelError {
  /** @param {string} [message] */
  constructor(message = "The kernel no longer counts this page as a client: reload it.") {
    super("ClientReplacedError", message);
  }
}

/** No answer came in time; the kernel was told to stop. */
export class ChannelTimeoutError extends ChannelError {
  /**
   * @param {string} method
   * @param {number} timeoutMs
   */
  constructor(method, timeoutMs) {
    super("ChannelTimeoutError", `\`${method}\` has not answered within ${timeoutMs} ms.`);
    this.method = method;
    this.timeoutMs = timeoutMs;
  }
}

/** Nothing of that name is exposed on the other side. */
export class MethodNotFoundError extends ChannelError {
  /**
   * @param {string} message
   * @param {string} method
   * @param {string[]} available
   */
  constructor(message, method, available) {
    super("MethodNotFoundError", message);
    this.method = method;
    this.available = available;
  }
}

/** A value that can't travel; nothing was sent. */
export class WireValueError extends ChannelError {
  /**
   * @param {string} path where it is, such as `args[0]["rois"][2]`
   * @param {string} valueType
   * @param {string} problem
   */
  constructor(path, valueType, problem) {
    super("WireValueError", `${path} is a ${valueType}, which can't travel: ${problem}`);
    this.path = path;
    this.valueType = valueType;
  }
}

/** A stream can be read once. */
export class StreamConsumedError extends ChannelError {
  constructor() {
    super("StreamConsumedError", "This stream was read already; keep what join() returned.");
  }
}

/** What an exposed Python function raised: `name` is Python's class, `traceback` its text. */
export class PythonError extends ChannelError {
  /**
   * @param {{name: string, message: string, traceback?: string, args?: unknown[]}} raised
   * @param {string} [stack] the JavaScript stack of the call
   */
  constructor(raised, stack = "") {
    super(raised.name, raised.message);
    this.traceback = raised.traceback ?? "";
    this.args = raised.args ?? [];
    const calls = foreign(stack).split("\n").slice(1).join("\n");
    this.stack = [`${raised.name}: ${raised.message}`, calls, this.traceback].filter(Boolean).join("\n");
  }
}

/**
 * A stack without the lines of this module: what is left is the front end's.
 * @param {string} stack
 */
export function foreign(stack) {
  return stack.split("\n").filter((line) => !line.includes(import.meta.url)).join("\n");
}
