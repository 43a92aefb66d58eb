"""An anywidget for the tests: a button that counts, and a front end that sends back what it is sent."""

from __future__ import annotations

import asyncio
import time

import anywidget
import traitlets

ESM = """
function initialize({model}) {
  model.on('msg:custom', (message, buffers) => {
    const received = buffers.map(part => new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
    model.send({number: message.number, said: message.said}, undefined,
               received.map(bytes => bytes.slice().reverse().buffer));
  });
}
function render({model, el}) {
  const button = document.createElement('button');
  button.className = 'echo';
  const show = () => { button.textContent = `count ${model.get('count')}`; };
  button.onclick = () => { model.set('count', model.get('count') + 1); model.save_changes(); };
  model.on('change:count', show);
  show();
  el.append(button);
}
export default {initialize, render};
"""


class Echo(anywidget.AnyWidget):
    """A counting button; ``await echo.ask(text, *buffers)`` returns the front end's answer."""

    _esm = ESM
    count = traitlets.Int(0).tag(sync=True)

    def __init__(self, **keywords):
        super().__init__(**keywords)
        self.heard = []
        self._number = 0
        self._waiting = {}
        self.on_msg(self._answered)

    def _answered(self, _, content, buffers):
        answer = content["said"], [bytes(part) for part in buffers]
        self.heard.append(answer)
        future = self._waiting.pop(content["number"], None)
        if future is not None and not future.done():
            future.set_result(answer)

    async def ask(self, said, *buffers, timeout_s=10):
        """Send a message with buffers and wait for the answer: each buffer reversed."""
        self._number += 1
        future = self._waiting[self._number] = asyncio.get_running_loop().create_future()
        self.send({"number": self._number, "said": said}, buffers=list(buffers))
        return await asyncio.wait_for(future, timeout_s)

    async def round_trips_per_s(self, trips):
        """Measure how many questions are answered in a second, one after another."""
        await self.ask("warm")
        began = time.perf_counter()
        for _ in range(trips):
            await self.ask("x", b"x")
        return trips / (time.perf_counter() - began)
