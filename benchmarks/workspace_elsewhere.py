"""A workspace behind a Jupyter server, against raw comm messages of the same kernel, in the same run.

    python benchmarks/workspace_elsewhere.py [pairs]

Row of issue 16: get of a 2048 by 2048 image, at most 1.3 times one raw comm message in chunks. The
reference sends the same bytes in frames of the same size, by the same client, and looks into none.
"""

from __future__ import annotations

import queue
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))
sys.path.append(str(Path(__file__).resolve().parent.parent / "tools"))

from support.jupyter_server import jupyter_server

from _pairs import compare, print_rows
from datalab_kernel import Workspace, create_image
from datalab_kernel_client import sync

if TYPE_CHECKING:
    from collections.abc import Callable

SIDE = 2048
GOAL = 1.3
PATH = "bench.ipynb"
RAW = f"""
import comm, numpy as np
def open_raw(c, message):
    data = memoryview(np.random.default_rng(0).random(({SIDE}, {SIDE})).reshape(-1).view('u1').data)
    parts = [data[start:start + (8 << 20)] for start in range(0, len(data), 8 << 20)]
    def answer(message):
        for place, part in enumerate(parts):
            c.send({{'place': place, 'count': len(parts)}}, buffers=[part])
    c.on_msg(answer)
comm.get_comm_manager().register_target('raw', open_raw)
"""


def raw_get(kernel: Any) -> Callable[[], object]:
    """Return what asks for the bytes by a comm of its own, and waits for the last of them."""
    kernel.execute(RAW)
    heard: queue.SimpleQueue[Any] = queue.SimpleQueue()
    comm = kernel.create_comm("raw")
    comm.on_msg = heard.put
    comm.open()

    def get() -> object:
        comm.send()
        parts = [heard.get(timeout=60)]
        while len(parts) < parts[0].content["data"]["count"]:
            parts.append(heard.get(timeout=60))
        return parts

    return get


def main(pairs: int = 12) -> None:
    """Measure, and print the row."""
    with jupyter_server() as server:
        server.start_session(PATH)
        workspace = Workspace("jupyter", url=server.url, token=server.token, path=PATH)
        workspace["img"] = create_image("img", np.random.default_rng(0).random((SIDE, SIDE)))
        with (
            sync.connect(server.url, server.token) as known,
            known.sessions.attach(PATH) as session,
        ):
            ratio = compare(lambda: workspace.get("img"), raw_get(session.kernel), pairs=pairs)
        workspace.detach(force=True)
    name = f"get a {SIDE}² image from a workspace elsewhere"
    print_rows([(name, ratio, GOAL)])
    print(f"  {ratio.ours_s * 1000:.0f} and {ratio.reference_s * 1000:.0f} ms")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
