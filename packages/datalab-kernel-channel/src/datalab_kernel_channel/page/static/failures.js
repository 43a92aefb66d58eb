// Errors on the wire: what a handler threw becomes an item's `error`, and back.

import { foreign, MethodNotFoundError, PythonError, WireValueError } from "./errors.js";

/**
 * What a call's or a stream's failure is sent as.
 * @param {unknown} thrown anything: JavaScript throws strings too
 */
export function errorItem(thrown) {
  if (thrown instanceof WireValueError) {
    return { kind: "value", message: thrown.message, path: thrown.path, value_type: thrown.valueType };
  }
  if (thrown instanceof Error || thrown instanceof DOMException) {
    return { kind: "thrown", name: thrown.name || "Error", message: thrown.message, stack: foreign(thrown.stack ?? ""), args: [] };
  }
  return { kind: "thrown", name: "Error", message: String(thrown), stack: "", args: [] };
}

/**
 * The error that an item's `error` stands for.
 * @param {Record<string, any>} error
 * @param {string} [stack] the JavaScript stack of the call that it ends
 */
export function errorFrom(error, stack = "") {
  switch (error.kind) {
    case "method_not_found":
      return new MethodNotFoundError(notFound(error.method, error.available), error.method, error.available);
    case "value":
      return Object.assign(new WireValueError(error.path, error.value_type, ""), { message: error.message });
    case "cancelled":
      return new PythonError({ name: "CancelledError", message: "the function was cancelled in the kernel" }, stack);
    case "refused":
      return new PythonError({ name: "RefusedError", message: `${error.message} (${error.reason})` }, stack);
    default:
      return new PythonError({ name: error.name, message: error.message, traceback: error.stack, args: error.args }, stack);
  }
}

/**
 * @param {string} method
 * @param {string[]} available
 */
export function notFound(method, available) {
  const names = available.length ? `it has: ${available.slice(0, 20).join(", ")}` : "it has none";
  return `The kernel exposes no \`${method}\`; ${names}.`;
}

