"""A workspace in the real DataLab, against bare requests to the same DataLab, in the same run.

    DATALAB_PYTHON=… python benchmarks/live.py [pairs]

Rows of DESIGN section 8 and issue 5. The reference sends a body that is ready, and reads an
answer without looking into it.
"""

from __future__ import annotations

import io
import json
import os
import sys
import tempfile
import time
import zipfile
from itertools import count
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
import requests

sys.path.append(str(Path(__file__).resolve().parent.parent / "tools"))

from _pairs import compare_times
from datalab_application import running_datalab
from datalab_kernel import Workspace, create_image, create_signal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from _pairs import Ratio
    from datalab_application import Running
    from datalab_kernel import DataObject

GOAL = 1.15
SIDE, SAMPLES, DENSE, SMALL, ROW, STYLES = 2048, 100_000, 1_000_000, 40, 10, 4
DENSE_LIMIT_S, ABSENT_LIMIT_S = 0.5, 0.05


class Bare:
    """Requests to DataLab's Web API, and nothing else."""

    def __init__(self, running: Running) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {running.token}"
        self._session.headers["Accept-Encoding"] = "identity"
        self._url = f"{running.url}/api/v1/objects"

    def put(self, name: str, body: bytes) -> None:
        """Add an object."""
        self._session.put(f"{self._url}/{name}/data", data=body).raise_for_status()

    def get(self, name: str) -> None:
        """Read an object."""
        self._session.get(f"{self._url}/{name}/data?compress=false").raise_for_status()

    def delete(self, name: str) -> None:
        """Remove an object."""
        self._session.delete(f"{self._url}/{name}").raise_for_status()


def body_of(obj: DataObject) -> bytes:
    """Return the archive that DataLab takes, ready to be sent."""
    kind = obj.PREFIX
    arrays = {"data": obj.data} if kind == "i" else {"x": obj.x, "y": obj.y}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w") as member:
                np.lib.format.write_array(member, array)
        archive.writestr(
            "metadata.json", json.dumps({"type": "image" if kind == "i" else "signal"})
        )
    return buffer.getvalue()


def timed_s(action: Callable[..., object], *arguments: object) -> float:
    """Return how long a call takes."""
    started = time.perf_counter()
    action(*arguments)
    return time.perf_counter() - started


def adding_and_getting(
    workspace: Workspace, bare: Bare, obj: DataObject, label: str, pairs: int
) -> Iterator[tuple[str, Ratio]]:
    """Compare adding and getting of one object; what was added is removed outside the clock."""
    body, number = body_of(obj), count()
    behind_s: list[float] = []

    def ours_s() -> float:
        name = f"ours {next(number)}"
        taken_s = timed_s(workspace.add, name, obj)
        behind_s.append(timed_s(workspace.proxy.get_version))  # waits for its turn
        workspace.remove(name)
        return taken_s

    def reference_s() -> float:
        name = f"bare {next(number)}"
        taken_s = timed_s(bare.put, name, body)
        bare.delete(name)
        return taken_s

    yield f"add {label}", compare_times(ours_s, reference_s, pairs=pairs)
    print(
        f"add {label}: {1e3 * median(behind_s):.0f} ms behind the call, to put back the selection"
    )
    workspace.add("kept", obj)
    yield (
        "the same beside another, with its selection",
        compare_times(ours_s, reference_s, pairs=pairs),
    )
    yield (
        f"get {label}",
        compare_times(
            lambda: timed_s(workspace.get, "kept"),
            lambda: timed_s(bare.get, "kept"),
            pairs=pairs,
        ),
    )
    workspace.remove("kept")


def many_small(workspace: Workspace, bare: Bare) -> Ratio:
    """Compare adding many small signals, in one call, to as many bare requests."""
    x = np.linspace(0, 1, 200)
    signals = {f"ours {i}": create_signal("", x, np.sin(i * x)) for i in range(SMALL)}
    bodies = {f"bare {i}": body_of(signal) for i, signal in enumerate(signals.values())}

    def ours_s() -> float:
        taken_s = timed_s(workspace.add, signals)
        workspace.remove([*signals])
        return taken_s

    def reference_s() -> float:
        started = time.perf_counter()
        for name, body in bodies.items():
            bare.put(name, body)
        taken_s = time.perf_counter() - started
        for name in bodies:
            bare.delete(name)
        return taken_s

    return compare_times(ours_s, reference_s, pairs=3)


def in_a_row(workspace: Workspace, bare: Bare, obj: DataObject, pairs: int) -> Ratio:
    """Compare adding an object ten times, one after another, to as many bare requests.

    DataLab draws each curve in the next of ten colours, and then in the next of four styles,
    of which a solid line takes half as long again as a dotted one: ten more are added after
    each pair, so that both sides draw all styles in turn.
    """
    body = body_of(obj)
    small = body_of(create_signal("", np.zeros(2), np.zeros(2)))

    def ours_s() -> float:
        names = [f"ours {i}" for i in range(ROW)]
        taken_s = timed_s(lambda: [workspace.add(name, obj) for name in names])
        workspace.remove(names)
        return taken_s

    def reference_s() -> float:
        names = [f"bare {i}" for i in range(ROW)]
        taken_s = timed_s(lambda: [bare.put(name, body) for name in names])
        for name in names:
            bare.delete(name)
        for name in names:
            bare.put(name, small)
            bare.delete(name)
        return taken_s

    return compare_times(ours_s, reference_s, pairs=max(STYLES, pairs // STYLES * STYLES))


def absence_s() -> float:
    """Return how long it takes to see that no DataLab runs."""
    from datalab_kernel_live import LiveBackend

    before = os.environ.get("XDG_CONFIG_HOME")
    with tempfile.TemporaryDirectory() as empty:
        os.environ["XDG_CONFIG_HOME"] = empty
        taken_s = timed_s(LiveBackend.is_available)
    os.environ.pop("XDG_CONFIG_HOME")
    if before is not None:
        os.environ["XDG_CONFIG_HOME"] = before
    return taken_s


def main() -> None:
    """Print every row."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    if "DATALAB_PYTHON" not in os.environ:
        print("left out: DATALAB_PYTHON names no DataLab (tools/run.py sets it)")
        return
    print(f"{os.cpu_count()} processors, {pairs} interleaved pairs, median [95 % interval]")
    print(f"seeing that no DataLab runs: {1e3 * absence_s():.1f} ms (goal 50)")
    with (
        tempfile.TemporaryDirectory() as home,
        running_datalab(os.environ["DATALAB_PYTHON"], Path(home)) as running,
    ):
        os.environ["XDG_CONFIG_HOME"] = str(running.config)
        workspace, bare = Workspace("live"), Bare(running)
        dense = np.sin(np.arange(DENSE) * 1.7)
        taken_s = timed_s(workspace.add, "dense", (np.arange(float(DENSE)), dense))
        print(
            f"add a dense signal of 1M samples to an empty DataLab: {taken_s:.2f} s (goal {DENSE_LIMIT_S})"
        )
        workspace.clear()
        image = create_image("", np.random.default_rng(0).random((SIDE, SIDE)))
        x = np.linspace(0, 1, SAMPLES)
        smooth = create_signal("", x, np.sin(6 * x))
        rows = [
            *adding_and_getting(workspace, bare, image, "a 2048 x 2048 float64 image", pairs),
            *adding_and_getting(workspace, bare, smooth, "a smooth signal of 100k samples", pairs),
            (f"add {ROW} of these in a row", in_a_row(workspace, bare, smooth, pairs)),
        ]
        for label, ratio in rows:
            verdict = "reached" if ratio.low <= GOAL else "MISSED"
            print(
                f"{label:42}{ratio} ({1e3 * ratio.ours_s:.0f} / {1e3 * ratio.reference_s:.0f} ms)"
                f"  goal {GOAL:.2f}  {verdict}"
            )
        print(f"{SMALL} small signals: {many_small(workspace, bare)}  goal 1.00")


if __name__ == "__main__":
    main()
