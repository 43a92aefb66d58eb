// The cases of conformance.json, which the Python half passes too.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";

import { Link } from "../../src/datalab_kernel_channel/page/static/link.js";
import { Refused } from "../../src/datalab_kernel_channel/page/static/table.js";
import { Encoder, decode } from "../../src/datalab_kernel_channel/page/static/values.js";
import { FakeKernel, settled } from "./fake_kernel.js";

const CASES = JSON.parse(readFileSync(new URL("../conformance.json", import.meta.url), "utf-8"));
const NOTIFY = { item: "notify", method: "a", args: [] };
const bytesOf = (base64) => new Uint8Array(Buffer.from(base64, "base64"));

/** Each key that is expected is there, with that value; so in what is nested. */
function assertFits(found, expected) {
  if (Array.isArray(expected)) {
    assert.equal(found.length, expected.length, JSON.stringify(found));
    expected.forEach((part, index) => assertFits(found[index], part));
  } else if (typeof expected === "object" && expected !== null) {
    for (const [key, part] of Object.entries(expected)) assertFits(found[key], part);
  } else {
    assert.deepEqual(found, expected);
  }
}

function received(link, step) {
  const many = Array.from({ length: step.receive_many ?? 0 }, (_, index) => (
    { frame: "data", number: link.received + 1 + index, received: 0, items: [NOTIFY] }
  ));
  const frames = step.receive ? [...many, step.receive] : many;
  return frames.flatMap((frame) => link.receive(frame, [], step.at).flatMap(([data]) => data.items));
}

describe("a side of a link", () => {
  for (const { name, steps } of CASES.link) {
    test(name, () => {
      const link = new Link();
      for (const step of steps) {
        for (const item of step.post ?? []) link.post(item);
        let delivered = [];
        let reason;
        try {
          delivered = received(link, step);
        } catch (error) {
          if (!(error instanceof Refused)) throw error;
          reason = error.reason;
        }
        assert.equal(reason, step.refused);
        if (step.delivered) assert.deepEqual(delivered, step.delivered);
        link.tick(step.at);
        assertFits(link.transmit(step.at).map(([frame]) => frame), step.out);
        if (step.next_time === null) assert.equal(link.nextTime(), null);
        else if (step.next_time !== undefined) assert.ok(Math.abs(link.nextTime() - step.next_time) < 1e-9);
      }
    });
  }
});

const OUTSIDE = {
  part: () => assert.fail("nothing is large here"),
  stream: () => assert.fail("there is no stream"),
};
const INSIDE = {
  blob: (number) => { throw new Refused("unknown_blob", String(number)); },
  stream: () => assert.fail("there is no stream"),
};

describe("a value", () => {
  for (const { name, tree, zeros = [] } of CASES.values) {
    test(name, () => {
      const buffers = zeros.map((size) => new Uint8Array(size));
      const encoder = new Encoder(OUTSIDE);
      assert.deepEqual(encoder.encode(decode(tree, buffers, INSIDE), "value"), tree);
      assert.deepEqual(encoder.buffers, buffers);
    });
  }
});

describe("a tree is refused", () => {
  for (const { name, tree } of CASES.bad_values) {
    test(name, () => {
      assert.throws(() => decode(tree, [], INSIDE), Refused);
    });
  }
});

function exposing() {
  const kernel = new FakeKernel();
  kernel.answers = false;
  kernel.channel.expose({
    add: (a, b) => a + b,
    echo: (value) => value,
    fail(message) { throw new Error(message); },
    wait: () => new Promise(() => undefined),
    async later(value) {
      await new Promise(setImmediate);
      return value;
    },
    steps(count) {
      for (let step = 0; step < count; step += 1) this.progress(step);
      return count;
    },
    size: async (stream) => (await stream.join()).length,
    async* count(chunks) {
      for (let index = 0; index < chunks; index += 1) yield new Uint8Array([index]);
    },
  });
  return kernel;
}

/** What was sent since, in one list of items. */
const itemsOf = (frames) => frames.flatMap((frame) => frame.items ?? []);

describe("a page", () => {
  for (const { name, steps } of CASES.peer) {
    test(name, async () => {
      const kernel = exposing();
      for (const step of steps) {
        kernel.frames = [];
        kernel.send(step.receive, (step.buffers ?? []).map(bytesOf));
        await settled();
        if (step.out) assertFits(kernel.frames, step.out);
        if (step.items) assertFits(itemsOf(kernel.frames), step.items);
      }
      kernel.end();
    });
  }
});
