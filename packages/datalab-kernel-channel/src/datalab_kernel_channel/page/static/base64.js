// Bytes as text: small ones within values, and all buffers of a link that carries none.

import { Refused } from "./table.js";

const PIECE = 0x8000; // as many arguments as every browser takes

/** @param {Uint8Array} bytes */
export function toBase64(bytes) {
  let text = "";
  for (let start = 0; start < bytes.length; start += PIECE) {
    text += String.fromCharCode(...bytes.subarray(start, start + PIECE));
  }
  return btoa(text);
}

/** @param {string} text */
export function fromBase64(text) {
  let letters;
  try {
    letters = atob(text);
  } catch {
    throw new Refused("bad_value", "bytes that aren't base64");
  }
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < letters.length; at += 1) bytes[at] = letters.charCodeAt(at);
  return bytes;
}
