"""A cell that opens a channel to a front end with a function for each thing to be tried."""

OPEN = '''\
import asyncio
import numpy as np
from datalab_kernel_channel import open_channel
JS = """
export default function ({ channel, el }) {
  el.className = 'shown';
  el.textContent = 'here';
  channel.expose({
    add: (a, b) => a + b,
    echo: value => value,
    fail() { throw new TypeError('no such thing'); },
    twice: async text => await channel.call('double', text),
    async caught() { try { await channel.call('bad'); } catch (error) { return [error.name, error.message, error.stack]; } },
    async size(stream) { let size = 0; for await (const part of stream) size += part.length; return size; },
    async* count(chunks) { for (let i = 0; i < chunks; i++) yield new Uint8Array(100_000).fill(i); },
    steps(count) { for (let i = 0; i < count; i++) this.progress(i); return 'done'; },
    wait() { return new Promise(() => { this.signal.onabort = () => { el.textContent = 'aborted'; }; }); },
    sorts: array => [array.constructor.name, array.data.constructor.name, array.shape, array.get(1, 2)],
    kinds: () => [undefined, new Map([['a', 1]]), 10n, 2n ** 60n, new Uint8Array([1, 2]).buffer, new DataView(new ArrayBuffer(2)), new Date(0), 2.0, 2 ** 53, NaN],
    part: () => new Float64Array([1, 2, 3, 4]).subarray(1, 3),
    id: () => channel.clientId,
    width: () => el.clientWidth,
    ask() { channel.call('slow').then(value => { el.textContent = value; }, error => { el.textContent = error.name; }); },
  });
  return () => { el.textContent = 'cleaned up'; };
}
"""
def double(text):
    return text * 2
def bad():
    {}["x"]
async def slow():
    await asyncio.sleep(60)
channel = await open_channel(JS, expose={"double": double, "bad": bad, "slow": slow})
'''
