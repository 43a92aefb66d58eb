"""What a real page runs to measure its channel, and the cells that only a real page needs."""

from __future__ import annotations

import socket
from pathlib import Path

__all__ = ["BARE_PAGE", "MODULE", "OPENINGS", "jchannel"]

MODULE = """
const timed = async work => {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
};
const wait = ms => new Promise(resolve => setTimeout(resolve, ms));
export default function ({ channel }) {
  let read = 0;
  channel.expose({
    echo: value => value,
    async take(stream) { let size = 0; for await (const part of stream) size += part.length; return size; },
    async slow(stream, ms) {
      let taken = 0, ahead = 0;
      for await (const part of stream) {
        taken += part.length;
        ahead = Math.max(ahead, stream.receivedBytes - taken);
        await wait(ms);
      }
      return { read_mb: taken / 1e6, waiting_in_the_page_mb: ahead / 1e6 };
    },
    was_read(size) { read = size; },
    async give(size) {
      let made = 0, ahead = 0;
      read = 0;
      const source = async function* () {
        while (made < size) {
          made += 1 << 20;
          ahead = Math.max(ahead, made - read);
          yield new Uint8Array(1 << 20);
        }
      };
      const found = await channel.call('slow', channel.stream(source()));
      return { ...found, made_before_it_was_read_mb: ahead / 1e6 };
    },
  });
  Object.assign(window.bench, {
    timed,
    calls: count => timed(async () => { for (let i = 0; i < count; i++) await channel.call('echo', i); }),
    upload: size => timed(() => channel.call('take', channel.stream(new Uint8Array(size)))),
  });
}
"""
BARE_PAGE = """() => {
  const bench = window.bench = {};
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  kernel.registerCommTarget('bare', comm => {
    const waiting = new Map();
    comm.onMsg = ({ content: { data } }) => {
      if ('answer' in data) {
        waiting.get(data.answer)(data.value);
        waiting.delete(data.answer);
      } else if ('answered' in data) {
        comm.send({ read: 1 });
      } else if ('ask' in data) {
        comm.send({ answer: data.ask, value: data.value });
      }
    };
    const ask = value => new Promise(resolve => {
      waiting.set(value, resolve);
      comm.send({ ask: value, value });
    });
    bench.bareCalls = count => bench.timed(async () => { for (let i = 0; i < count; i++) await ask(i); });
    bench.bareUpload = (size, part) => {
      const data = new Uint8Array(size);
      return bench.timed(async () => {
        for (let at = 0; at < size; at += part) comm.send({ part: 1 }, undefined, [data.slice(at, at + part).buffer]);
        await ask('stream');
      });
    };
  });
}"""
OPENINGS = r"""
import anywidget
from IPython.display import display

SMALL = "export default function ({ el }) { el.textContent = 'here'; }"

class Answering(anywidget.AnyWidget):
    _esm = "export default { render({ model, el }) { el.textContent = 'here'; model.send({}); } };"

async def opening_a_channel():
    began = time.perf_counter()
    opened = await open_channel(SMALL)
    took_s = time.perf_counter() - began
    await opened.close()
    print(f"\n{took_s}")

async def showing_an_anywidget():
    began = time.perf_counter()
    answered = asyncio.Event()
    widget = Answering()
    widget.on_msg(lambda *_: answered.set())
    display(widget)
    await answered.wait()
    took_s = time.perf_counter() - began
    widget.close()
    print(f"\n{took_s}")

MS, SIZE = 20, 200 << 20

def memory_mb():
    return psutil.Process().memory_info().rss / 1e6

async def watched(work):
    gc.collect()
    before_mb, most_mb = memory_mb(), 0.0
    task = asyncio.ensure_future(work)
    while not task.done():
        most_mb = max(most_mb, memory_mb())
        await asyncio.wait([task], timeout=0.05)
    return {**await task, "kernels_memory_mb": round(most_mb - before_mb, 1)}

def parts():
    part = bytes(1 << 20)
    for _ in range(SIZE >> 20):
        yield part

async def slow_to_page():
    return await watched(channel.call("slow", channel.stream(parts()), MS, timeout_s=None))

async def slow(stream):
    taken, ahead = 0, 0
    async for part in stream:
        taken += len(part)
        ahead = max(ahead, stream.received_bytes - taken)
        channel.notify("was_read", taken)
        await asyncio.sleep(MS / 1000)
    return {"read_mb": taken / 1e6, "waiting_in_the_kernel_mb": ahead / 1e6}

channel.expose(slow=slow)

async def slow_from_page():
    return await watched(channel.call("give", SIZE, timeout_s=None))
"""


def jchannel(folder: str) -> str:
    """Return a cell that starts jupyter-jchannel beside the channel."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    page = Path(folder, "main.js").read_text("utf-8")
    return f"""
import base64, os, sys
sys.path.insert(0, {str(Path(folder, "lib"))!r})
page = base64.b64encode({page!r}.encode()).decode()
os.environ["JCHANNEL_CLIENT_URL"] = "data:text/javascript;base64," + page
import jchannel

class Handler:
    def echo(self, value):
        return value

    async def take(self, stream):
        return await take(stream)

j_server = await jchannel.start(port={port})
j_channel = await j_server.open('''(channel) => {{
  channel.handler = {{
    echo: value => value,
    async take(stream) {{ let size = 0; for await (const part of stream) size += part.length; return size; }},
  }};
  const {{ timed }} = window.bench;
  Object.assign(window.bench, {{
    jCalls: count => timed(async () => {{ for (let i = 0; i < count; i++) await channel.call('echo', i); }}),
    jUpload: (size, part) => timed(() => channel.callWithStream('take', async function* () {{
      const data = new Uint8Array(size);
      for (let at = 0; at < size; at += part) yield data.subarray(at, at + part);
    }}())),
  }});
}}''', timeout=20)
j_channel.handler = Handler()

async def j_call(value):
    return await j_channel.call("echo", value)

async def j_parts():
    for chunk in chunks:
        yield chunk

async def j_stream():
    assert await j_channel.call_with_stream("take", j_parts(), timeout=60) == len(data)
"""
