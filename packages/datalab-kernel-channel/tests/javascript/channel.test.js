// What a front end can do with its channel, against a fake kernel.

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { FakeKernel, settled } from "./fake_kernel.js";

/** A test with a kernel of its own. */
function withKernel(name, body) {
  test(name, async () => {
    const kernel = new FakeKernel();
    try {
      await body(kernel, kernel.channel);
    } finally {
      kernel.end();
    }
  });
}

const answer = (kernel, call, value) => kernel.post({ item: "result", call, value });

describe("a call of the kernel", () => {
  withKernel("returns what the kernel answers", async (kernel, channel) => {
    const promise = channel.call("add", 1, [2]);
    assert.deepEqual((await kernel.item({ item: "call" })).args, [1, [2]]);
    answer(kernel, 1, 3);
    assert.equal(await promise, 3);
  });

  withKernel("rejects with Python's class, message and traceback", async (kernel, channel) => {
    const promise = channel.call("bad");
    await kernel.item({ item: "call" });
    const error = { kind: "thrown", name: "KeyError", message: "'x'", stack: "Traceback: here", args: ["x"] };
    kernel.post({ item: "error", call: 1, error });
    await assert.rejects(promise, (raised) => {
      assert.ok(raised instanceof channel.PythonError);
      assert.deepEqual([raised.name, raised.message, raised.args], ["KeyError", "'x'", ["x"]]);
      assert.ok(raised.stack.endsWith("Traceback: here"));
      return true;
    });
  });

  withKernel("rejects with the names that there are, for a name that isn't exposed", async (kernel, channel) => {
    const promise = channel.call("nix");
    await kernel.item({ item: "call" });
    kernel.post({ item: "error", call: 1, error: { kind: "method_not_found", method: "nix", available: ["add"] } });
    await assert.rejects(promise, { name: "MethodNotFoundError", method: "nix", available: ["add"] });
  });

  withKernel("ends by its time limit, and the kernel is told", async (kernel, channel) => {
    await assert.rejects(channel.callWith({ timeoutMs: 20 }, "slow"), { name: "ChannelTimeoutError", timeoutMs: 20 });
    assert.equal((await kernel.item({ item: "cancel" })).reason, "timeout");
  });

  withKernel("ends by its signal, and the kernel is told", async (kernel, channel) => {
    const controller = new AbortController();
    const promise = channel.callWith({ signal: controller.signal }, "slow");
    controller.abort();
    await assert.rejects(promise, { name: "AbortError" });
    assert.equal((await kernel.item({ item: "cancel" })).reason, "cancelled");
  });

  withKernel("hands progress on, in order, before its result", async (kernel, channel) => {
    const seen = [];
    const promise = channel.callWith({ onProgress: (value) => seen.push(value) }, "steps");
    assert.equal((await kernel.item({ item: "call" })).progress, true);
    for (const value of [1, 2]) kernel.post({ item: "progress", call: 1, value });
    answer(kernel, 1, "done");
    assert.deepEqual([await promise, seen], ["done", [1, 2]]);
  });

  withKernel("waits its turn beyond a thousand that are unanswered", async (kernel, channel) => {
    const calls = Array.from({ length: 1200 }, (_, index) => channel.call("echo", index));
    await settled();
    assert.equal(kernel.items.length, 1000);
    for (let call = 1; call <= 1200; call += 1) {
      await kernel.item({ item: "call", call });
      answer(kernel, call, call);
    }
    assert.equal((await Promise.all(calls)).length, 1200);
  });

  withKernel("of a kernel that is gone rejects", async (kernel, channel) => {
    const promise = channel.call("slow");
    kernel.send({ frame: "closed", client: null, reason: "closed" });
    await assert.rejects(promise, { name: "ChannelClosedError" });
    assert.equal(channel.state, "closed");
    await assert.rejects(channel.call("more"), { name: "ChannelClosedError" });
  });

  withKernel("of a page that another one replaced rejects", async (kernel, channel) => {
    const promise = channel.call("slow");
    kernel.send({ frame: "closed", reason: "replaced" });
    await assert.rejects(promise, { name: "ClientReplacedError" });
  });
});

describe("values that can't travel", () => {
  const cycle = {};
  cycle.self = [cycle];
  class Point {}
  const cases = {
    'args[0]["f"]': { f: () => 1 },
    "args[0][1]": [1, Symbol("s")],
    'args[0]["self"][0]': cycle,
    "args[0]": new Point(),
    'args[0]["s"]': { s: new Set([1]) },
    'args[0]["d"]': { d: new Date(NaN) },
  };
  for (const [path, value] of Object.entries(cases)) {
    withKernel(`are named by their path: ${path}`, async (kernel, channel) => {
      await assert.rejects(channel.call("f", value), { name: "WireValueError", path });
      await settled();
      assert.deepEqual(kernel.items, []); // and nothing was sent
    });
  }
});

describe("values", () => {
  withKernel("that are views send their part alone, each in a buffer of its own", async (kernel, channel) => {
    const whole = new Float64Array(1000).map((_, index) => index);
    void channel.call("f", whole.subarray(100, 300)).catch(() => undefined);
    await kernel.item({ item: "call" });
    assert.deepEqual(kernel.buffers[0].length, 1600);
    assert.equal(new Float64Array(kernel.buffers[0].buffer)[0], 100);
  });

  withKernel("are what they were when they were sent", async (kernel, channel) => {
    const bytes = new Uint8Array(2000);
    void channel.call("f", bytes).catch(() => undefined);
    bytes.fill(7);
    await kernel.item({ item: "call" });
    assert.equal(kernel.buffers[0][0], 0);
  });

  withKernel("comes alone in its buffer, wherever a front end had it", async (kernel, channel) => {
    const found = [];
    channel.expose({ take: (bytes) => found.push(bytes) });
    const args = [{ $: "bytes", buffer: 0 }];
    for (const view of [new DataView(new ArrayBuffer(4096), 1024, 2000), new DataView(new ArrayBuffer(2000))]) {
      const number = found.length + 1;
      const item = { item: "notify", method: "take", args, buffers: 1 };
      const frame = { dlk: 1, channel: "channel", client: "page", frame: "data", number, received: 0, items: [item] };
      kernel.session.receive(frame, [view]);
    }
    assert.deepEqual(found.map((bytes) => [bytes.length, bytes.buffer.byteLength]), [[2000, 2000], [2000, 2000]]);
  });

  withKernel("that are large go ahead in parts", async (kernel, channel) => {
    void channel.call("f", new Uint8Array(9_000_000)).catch(() => undefined);
    const { args } = await kernel.item({ item: "call" });
    assert.deepEqual(args, [{ $: "bytes", blob: 1 }]);
    assert.equal(kernel.buffers.reduce((size, part) => size + part.length, 0), 9_000_000);
    assert.ok(kernel.buffers.every((part) => part.length <= 4 << 20));
  });

  withKernel("that are Blobs are read first", async (kernel, channel) => {
    void channel.call("f", new Blob(["ab"])).catch(() => undefined);
    assert.deepEqual((await kernel.item({ item: "call" })).args, [{ $: "bytes", base64: "YWI=" }]);
  });

  withKernel("of a registered type go back as that type, also in a copy by spread", async (kernel, channel) => {
    channel.expose("retitled", (image) => ({ ...image, title: "new" }));
    const value = { $: "codec", name: "image", value: { title: "old" } };
    kernel.post({ item: "call", call: 1, method: "retitled", args: [value], progress: false });
    assert.deepEqual((await kernel.item({ item: "result" })).value, { ...value, value: { title: "new" } });
  });

  withKernel("of numpy are read by their indices", (kernel, channel) => {
    const array = new channel.NDArray(new Int16Array([1, 2, 3, 4, 5, 6]), [2, 3]);
    assert.deepEqual([array.get(1, 0), array.dtype], [4, "int16"]);
    assert.throws(() => array.get(2, 0), RangeError);
    assert.throws(() => new channel.NDArray(new Int16Array(5), [2, 3]), RangeError);
  });
});

describe("streams", () => {
  withKernel("of the page wait for the kernel's credit", async (kernel, channel) => {
    const out = channel.stream(new Uint8Array(5 << 20));
    void channel.call("save", out).catch(() => undefined);
    await kernel.item({ item: "call" });
    await settled(40);
    assert.equal(out.sentBytes, 1 << 20); // the window that FakeKernel grants
    kernel.post({ item: "credit", stream: 1, limit: 5 << 20 });
    await kernel.item({ item: "end" });
    assert.equal(out.sentBytes, 5 << 20);
  });

  withKernel("whose source fails say so after their bytes", async (kernel, channel) => {
    async function* source() {
      yield new Uint8Array(3);
      throw new RangeError("no more");
    }
    void channel.call("save", channel.stream(source())).catch(() => undefined);
    assert.equal((await kernel.item({ item: "fail" })).error.name, "RangeError");
    assert.equal(kernel.buffers[0].length, 3);
  });

  withKernel("that the kernel stops close their source", async (kernel, channel) => {
    let isClosed = false;
    async function* source() {
      try {
        for (;;) yield new Uint8Array(1 << 20);
      } finally {
        isClosed = true;
      }
    }
    void channel.call("save", channel.stream(source())).catch(() => undefined);
    await kernel.item({ item: "chunk" });
    kernel.post({ item: "stop", stream: 1 });
    await settled(40);
    assert.ok(isClosed);
  });

  const incoming = { $: "stream", stream: 1, size: 6, name: "a", media_type: null };

  withKernel("that nobody reads are stopped when the handler returns", async (kernel, channel) => {
    channel.expose("ignore", () => 1);
    kernel.post({ item: "call", call: 1, method: "ignore", args: [incoming], progress: false });
    await kernel.item({ item: "stop", stream: 1 });
  });

  for (const [size, limits] of [[1 << 20, [2]], [1 << 19, [1.5, 2]], [null, [1.5, 2]]]) {
    withKernel(`get no credit for what is allowed already: of ${size} bytes`, async (kernel, channel) => {
      channel.expose("take", async (stream) => { for await (const _ of stream); });
      kernel.post({ item: "call", call: 1, method: "take", args: [{ ...incoming, size }], progress: false });
      for (const _ of [1, 2]) {
        kernel.post({ item: "chunk", stream: 1 }, [Buffer.alloc(1 << 19)]);
        await settled();
      }
      kernel.post({ item: "end", stream: 1 });
      await kernel.item({ item: "result" });
      const credits = kernel.items.filter(({ item }) => item === "credit");
      assert.deepEqual(credits.map(({ limit }) => limit / (1 << 20)), limits);
    });
  }

  withKernel("are read in pieces by a separator, wherever the chunks end", async (kernel, channel) => {
    const lines = [];
    channel.expose("lines", async (stream) => {
      for await (const line of stream.bySeparator("\r\n")) lines.push(Buffer.from(line).toString());
    });
    kernel.post({ item: "call", call: 1, method: "lines", args: [incoming], progress: false });
    for (const text of ["a\r", "\nb", "\r\n\r\nc"]) kernel.post({ item: "chunk", stream: 1 }, [Buffer.from(text)]);
    kernel.post({ item: "end", stream: 1 });
    await kernel.item({ item: "result" });
    assert.deepEqual(lines, ["a\r\n", "b\r\n", "\r\n", "c"]);
  });

  withKernel("are read in pieces of a size, and the last is what is left", async (kernel, channel) => {
    const sizes = [];
    channel.expose("sizes", async (stream) => {
      for await (const piece of stream.byLimit(4)) sizes.push(piece.length);
      return [stream.sizeBytes, stream.receivedBytes, stream.name];
    });
    kernel.post({ item: "call", call: 1, method: "sizes", args: [incoming], progress: false });
    for (const text of ["abc", "de", "f"]) kernel.post({ item: "chunk", stream: 1 }, [Buffer.from(text)]);
    kernel.post({ item: "end", stream: 1 });
    assert.deepEqual((await kernel.item({ item: "result" })).value, [6, 6, "a"]);
    assert.deepEqual(sizes, [4, 2]);
  });

  withKernel("that are cancelled end, and the kernel closes their source", async (kernel, channel) => {
    channel.expose("first", async (stream) => {
      let size = 0;
      for await (const chunk of stream) {
        size += chunk.length;
        stream.cancel();
      }
      return size;
    });
    kernel.post({ item: "call", call: 1, method: "first", args: [incoming], progress: false });
    for (const text of ["ab", "cd"]) kernel.post({ item: "chunk", stream: 1 }, [Buffer.from(text)]);
    await kernel.item({ item: "stop", stream: 1 });
    assert.equal((await kernel.item({ item: "result" })).value, 2);
  });

  withKernel("can be read once", async (kernel, channel) => {
    channel.expose("twice", async (stream) => {
      await stream.join();
      await stream.join();
    });
    kernel.post({ item: "call", call: 1, method: "twice", args: [incoming], progress: false });
    kernel.post({ item: "end", stream: 1 });
    assert.equal((await kernel.item({ item: "error" })).error.name, "StreamConsumedError");
  });
});

describe("a link that loses frames", () => {
  withKernel("loses no call: the kernel asks for what is missing", async (kernel, channel) => {
    kernel.drop.toKernel = 1;
    void channel.call("first").catch(() => undefined);
    await settled();
    void channel.call("second").catch(() => undefined);
    await kernel.item({ item: "call", method: "second" });
    assert.deepEqual(kernel.items.map((item) => item.method), ["first", "second"]);
  });

  withKernel("loses no answer: the page asks for what is missing", async (kernel, channel) => {
    const [first, second] = [channel.call("first"), channel.call("second")];
    await kernel.item({ item: "call", method: "second" });
    kernel.drop.toPage = 1;
    answer(kernel, 1, "a");
    answer(kernel, 2, "b");
    assert.deepEqual(await Promise.all([first, second]), ["a", "b"]);
  });

  withKernel("runs a call once, whatever is sent twice", async (kernel, channel) => {
    let runs = 0;
    kernel.answers = false;
    channel.expose("count", () => { runs += 1; });
    const call = { item: "call", call: 1, method: "count", args: [], progress: false };
    const frame = { frame: "data", number: 1, received: 0, items: [call] };
    kernel.send(frame);
    kernel.send(frame);
    await settled();
    assert.equal(runs, 1);
  });
});

describe("a page that leaves", () => {
  withKernel("says so, ends its calls, and hears nothing more", async (kernel, channel) => {
    const states = [];
    let closed = 0;
    channel.on("state", (state) => states.push(state));
    const takeBack = channel.on("close", () => { closed += 10; });
    channel.on("close", () => { closed += 1; });
    takeBack();
    channel.expose({ ran: () => { closed += 100; } });
    const call = channel.call("slow");
    await kernel.item({ item: "call" });
    channel.close();
    channel.close();
    await assert.rejects(call, { name: "ChannelClosedError" });
    await assert.rejects(channel.call("more"), { name: "ChannelClosedError" });
    kernel.post({ item: "call", call: 1, method: "ran", args: [], progress: false });
    await settled();
    assert.equal(kernel.frames.at(-1).frame, "leave");
    assert.deepEqual([channel.state, states, closed], ["closed", ["closed"], 1]);
  });

  withKernel("can't be listened to for what there is not", (kernel, channel) => {
    assert.throws(() => channel.on("open", () => undefined), RangeError);
  });
});

test("a page asks again until the kernel lets it in", async () => {
  const kernel = new FakeKernel({ isWelcoming: false });
  kernel.isWelcoming = true;
  await new Promise((resolve) => { kernel.channel.on("state", resolve); });
  assert.deepEqual([kernel.channel.state, kernel.joins], ["open", 2]);
  kernel.end();
});

test("names with an underscore before them, and what isn't a function, can't be exposed", () => {
  const { channel, session } = new FakeKernel();
  assert.throws(() => channel.expose({ _secret: () => 1 }), RangeError);
  assert.throws(() => channel.expose({ "a.b": () => 1 }), RangeError);
  assert.throws(() => channel.expose({ value: 1 }), TypeError);
  session.end();
});

describe("a link that carries no buffers", () => {
  test("carries bytes as text, both ways", async () => {
    const kernel = new FakeKernel({ carriesBuffers: false });
    const data = Uint8Array.from({ length: 100_000 }, (_, at) => at % 251);
    try {
      const promise = kernel.channel.call("echo", data);
      await kernel.item({ item: "call" });
      const [frame] = kernel.frames;
      assert.deepEqual([frame.base64.length, kernel.buffers.length], [1, 0]);
      const item = { item: "result", call: 1, value: { $: "bytes", buffer: 0 }, buffers: 1 };
      const numbers = { number: 1, received: kernel.link.received };
      kernel.send({ frame: "data", ...numbers, items: [item], base64: frame.base64 });
      assert.deepEqual(await promise, data);
    } finally {
      kernel.end();
    }
  });

  test("is found out by the first join, which has one", async () => {
    const kernel = new FakeKernel({ isWelcoming: false });
    try {
      kernel.session.join();
      kernel.session.join();
      assert.deepEqual(kernel.joinBuffers, [1, 0, 0]);
    } finally {
      kernel.end();
    }
  });
});
