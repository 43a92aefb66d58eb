"""Reading text files of numbers, against ``pandas.read_csv`` of the same files in the same run.

    python benchmarks/text_files.py [pairs]

Rows of DESIGN section 8. Files are read from a warm cache; memory is what the process grew by
at most while one was read, over the size of the arrays that came out (Linux).
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from _pairs import compare, print_rows
from datalab_kernel.formats import read_file, read_options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _pairs import Ratio

FILES, ROWS, MANY_ROWS, COLUMNS = 60, 4_000, 1_000_000, 8
SPEED, MEMORY = 1.5, 1.3
_MEASURE = """
import sys
from pathlib import Path
from datalab_kernel.formats import read_file, read_options
def size_bytes(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith(name))
small, large = map(Path, sys.argv[1:])
read_file(small, read_options(None))
Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here on
before = size_bytes("VmRSS")
objects = read_file(large, read_options(None))
print((size_bytes("VmHWM") - before) / sum(obj.xydata.nbytes for obj in objects))
"""


def write(path: Path, rows: int, columns: int = 1, *, decimal: str = ".") -> Path:
    """Write a table of times and noise, with titles."""
    delimiter = "," if decimal == "." else ";"
    noise = np.random.default_rng(rows).normal(size=(rows, columns))
    titles = delimiter.join(["Time (s)", *(f"U{number} (V)" for number in range(columns))])
    with path.open("w") as file:
        print(titles, file=file)
        for number, values in enumerate(noise.tolist()):
            line = delimiter.join([f"{number * 1e-6:.6f}", *(f"{one:.13f}" for one in values)])
            print(line.replace(".", decimal), file=file)
    return path


def speed(folder: Path, pairs: int) -> Iterator[tuple[str, Ratio, float]]:
    """Compare many small files, then large ones, with pandas."""
    options = read_options(None)
    small = [write(folder / f"run{number}.csv", ROWS) for number in range(FILES)]
    yield (
        f"{FILES} files of {small[0].stat().st_size // 1000} kB",
        compare(
            lambda: [read_file(path, options) for path in small],
            lambda: [pd.read_csv(path) for path in small],
            pairs,
        ),
        SPEED,
    )
    large = {
        "": write(folder / "large.csv", MANY_ROWS),
        " with decimal commas": write(folder / "comma.csv", MANY_ROWS, decimal=","),
        f" of {COLUMNS} columns": write(folder / "wide.csv", MANY_ROWS // COLUMNS, COLUMNS),
    }
    for name, path in large.items():
        signs = {"sep": ";", "decimal": ","} if "comma" in name else {}
        rows = MANY_ROWS // COLUMNS if "columns" in name else MANY_ROWS
        yield (
            f"{rows:,} rows{name}",
            compare(
                lambda path=path: read_file(path, options),
                lambda path=path, signs=signs: pd.read_csv(path, **signs),
                max(3, pairs // 4),
            ),
            SPEED,
        )


def memory(folder: Path) -> float:
    """Return how much memory reading takes at most, over that of the data, in a new process."""
    small, large = folder / "run0.csv", folder / "large.csv"
    command = [sys.executable, "-c", _MEASURE, str(small), str(large)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    """Print every row; it is reached when the lower bound is within the goal."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print_rows(speed(folder, pairs))
        ratio = memory(folder)
        reached = "reached" if ratio <= MEMORY else "NOT reached"
        print(f"{'memory, 1,000,000 rows':50} {ratio:6.2f}  goal {MEMORY:.2f}  {reached}")


if __name__ == "__main__":
    main()
