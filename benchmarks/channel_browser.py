"""The channel with a real page: JupyterLab in headless Chromium, against a bare comm in JavaScript.

    python3 tools/run.py bench-browser [pairs] [kernels]

Calls in both directions, streams of 64 MB in both directions, how long opening takes beyond a bare
anywidget, a slow reader of 200 MB, and what 10,000 calls leave behind; the server's limit of
messages is off, and it sends small ones at once. With JCHANNEL_FOLDER, a folder with the package
``jchannel`` in ``lib`` and its page's half ``main.js``, jupyter-jchannel's calls and bytes stand beside
ours: ``pip install --target FOLDER/lib jupyter-jchannel==0.3.8``, and the client of that version in
one file that sets ``self.jchannel``.
"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

import _channel_scripts as scripts
from _channel_cells import cells
from _pairs import compare_times, print_rows
from _unwatched_page import unwatched_chromium
from frontends.notebook import NotebookPage, lab_path
from frontends.server import jupyter_server

if TYPE_CHECKING:
    from collections.abc import Callable

    from _unwatched_page import UnwatchedBrowser
    from frontends.server import JupyterServer

CALLS = 100
AT_ONCE = 50
STREAM_BYTES = 64 << 20
CHUNK_BYTES = 1 << 20
GOAL = 1 / 0.8
"""Our time over the reference's: 0.8 of its calls, or bytes, in the same time."""
OPENING_GOAL_S = 0.15
Times = tuple["Callable[[], float]", "Callable[[], float]"]


class Measured:
    """A notebook with a channel and a bare comm between its kernel and its page."""

    def __init__(self, browser: UnwatchedBrowser, server: JupyterServer, kernel: str) -> None:
        name = f"channel-{kernel}.ipynb"
        server.write_notebook(name, [""], kernel=kernel)
        self.page = browser.new_page()
        self.notebook = NotebookPage(self.page).open(server, lab_path(name))
        self.page.evaluate(scripts.BARE_PAGE)
        self.print(
            cells(
                scripts.MODULE,
                calls=CALLS,
                at_once=AT_ONCE,
                stream_bytes=STREAM_BYTES,
                chunk_bytes=CHUNK_BYTES,
            )
        )
        self.print(scripts.OPENINGS)

    def print(self, source: str) -> str:
        """Run a cell; return what it printed."""
        index = self.notebook.start(source)
        text = self.notebook.finish(index, timeout_s=120)
        wrong = [
            out for out in self.notebook.json(index)["outputs"] if out["output_type"] == "error"
        ]
        if wrong:
            raise RuntimeError(f"{source}\n{text}")
        return text

    def seconds(self, source: str) -> float:
        """Run a cell that prints seconds last."""
        return float(self.print(source).split()[-1])

    def cell(self, awaitable: str) -> Callable[[], float]:
        """Return what times something in the kernel."""
        return lambda: self.seconds(f"await timed({awaitable})")

    def script(self, name: str, *arguments: object) -> Callable[[], float]:
        """Return what times something in the page."""
        code = "([name, args]) => window.bench[name](...args)"
        return lambda: float(self.page.evaluate(code, [name, arguments]))


def compared(measured: Measured) -> dict[str, Times]:
    """Return what is compared: ours, and by bare comms."""
    cell, script = measured.cell, measured.script
    return {
        f"{CALLS} calls of the page, one after another": (
            cell("in_turn(call)"),
            cell("in_turn(bare)"),
        ),
        f"{CALLS} calls of the page, {AT_ONCE} at once": (
            cell("at_once(call)"),
            cell("at_once(bare)"),
        ),
        f"{CALLS} calls by the page, one after another": (
            script("calls", CALLS),
            script("bareCalls", CALLS),
        ),
        "64 MB to the page, vs messages of 1 MB": (cell("stream()"), cell("bare_stream(chunks)")),
        "64 MB to the page, vs one message": (cell("stream()"), cell("bare_stream([data])")),
        "64 MB to the page, vs messages of 4 MB, answered": (
            cell("stream()"),
            cell("bare_answered()"),
        ),
        "64 MB from the page, vs messages of 1 MB": (
            script("upload", STREAM_BYTES),
            script("bareUpload", STREAM_BYTES, CHUNK_BYTES),
        ),
    }


def rate(label: str, seconds: float) -> str:
    """Say how much of what a row is about is done in a second."""
    if "calls" in label:
        return f"{CALLS / seconds:.0f} calls/s"
    return f"{STREAM_BYTES / 1e6 / seconds:.0f} MB/s"


def print_compared(kernel: str, measured: Measured, pairs: int) -> None:
    """Print our ratios to bare comms."""
    for label, (ours_s, bare_s) in compared(measured).items():
        ratio = compare_times(ours_s, bare_s, pairs=pairs)
        print_rows([(f"{kernel}: {label}", ratio, GOAL)])
        print(f"    {rate(label, ratio.ours_s)}, bare {rate(label, ratio.reference_s)}", flush=True)


def print_opening(kernel: str, measured: Measured, pairs: int) -> None:
    """Print how long a channel takes to open beyond an anywidget that answers."""
    ratio = compare_times(
        lambda: measured.seconds("await opening_a_channel()"),
        lambda: measured.seconds("await showing_an_anywidget()"),
        pairs=pairs + 2,
    )
    beyond_s = ratio.ours_s - ratio.reference_s
    reached = "reached" if beyond_s <= OPENING_GOAL_S else "NOT reached"
    print(
        f"{kernel}: opening {ratio.ours_s * 1000:.0f} ms, an anywidget {ratio.reference_s * 1000:.0f} ms: "
        f"{beyond_s * 1000:.0f} ms beyond, goal {OPENING_GOAL_S * 1000:.0f}  {reached}",
        flush=True,
    )


def print_slow_reader(kernel: str, measured: Measured) -> None:
    """Print how far writers are ahead of readers that take 50 MB/s of 200 MB."""
    for direction in ("to", "from"):
        found = json.loads(measured.print(f"print(json.dumps(await slow_{direction}_page()))"))
        print(f"{kernel}: 200 MB {direction} the page, a slow reader: {found}", flush=True)


def print_held(kernel: str, measured: Measured) -> None:
    """Print what 10,000 calls leave in the kernel."""
    measured.print("before = held()")
    measured.print(f"await asyncio.gather(*[in_turn(call) for _ in range({10_000 // CALLS})])")
    found = measured.print("print(before, held())").strip()
    print(f"{kernel}: before and after 10,000 calls: {found}", flush=True)


def print_jchannel(kernel: str, measured: Measured, folder: str, pairs: int) -> None:
    """Print our ratios to jupyter-jchannel."""
    measured.print(scripts.jchannel(folder))
    rows = {
        f"{CALLS} calls of the page": (
            measured.cell("in_turn(call)"),
            measured.cell("in_turn(j_call)"),
        ),
        f"{CALLS} calls by the page": (
            measured.script("calls", CALLS),
            measured.script("jCalls", CALLS),
        ),
        "64 MB to the page": (measured.cell("stream()"), measured.cell("j_stream()")),
        "64 MB from the page": (
            measured.script("upload", STREAM_BYTES),
            measured.script("jUpload", STREAM_BYTES, CHUNK_BYTES),
        ),
    }
    for label, (ours_s, theirs_s) in rows.items():
        ratio = compare_times(ours_s, theirs_s, pairs=pairs)
        print(
            f"{kernel}: {label}: {rate(label, ratio.ours_s)}, "
            f"jupyter-jchannel {rate(label, ratio.reference_s)}; time {ratio}",
            flush=True,
        )
    measured.print("await j_server.stop()")


def main() -> None:
    """Print every row, on each kernel."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    folder = os.environ.get("JCHANNEL_FOLDER")
    with (
        jupyter_server(is_prompt=True, is_limited=False) as server,
        unwatched_chromium() as browser,
    ):
        for kernel in sys.argv[2:] or ("datalab", "python3"):
            measured = Measured(browser, server, kernel)
            print_compared(kernel, measured, pairs)
            print_opening(kernel, measured, pairs)
            print_slow_reader(kernel, measured)
            print_held(kernel, measured)
            if folder:
                print_jchannel(kernel, measured, folder, pairs)
            measured.page.close()


if __name__ == "__main__":
    main()
