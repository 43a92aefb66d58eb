"""Makes the docs' picture of DataLab's window again; run it by ``tools/run.py datalab-screenshot``.

A notebook's cells run here on a live workspace, in a real DataLab on a virtual screen
(Xvfb, installed where that is possible). Look at the picture before it is committed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from datalab_application import running_datalab
from debian_packages import install, line_for, privileged

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "images" / "datalab-window.png"
PACKAGES = [
    "xvfb", "libxcb-cursor0", "libxcb-icccm4", "libxcb-image0", "libxcb-keysyms1",
    "libxcb-render-util0", "libxcb-xinerama0", "libxkbcommon-x11-0",
]  # fmt: skip
SCREEN = "1280x800x24"
SETTLE_S = 4.0


def main() -> int:
    """Make the picture and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=PICTURE)
    output: Path = parser.parse_args().output
    if shutil.which("Xvfb") is None:
        prefix = privileged()
        if prefix is None:
            print(f"This needs Xvfb. On Debian or Ubuntu run as root: {line_for(PACKAGES)}")
            return 1
        install(prefix, PACKAGES)
    with tempfile.TemporaryDirectory() as home, screen() as display:
        python = os.environ["DATALAB_PYTHON"]
        with running_datalab(python, Path(home), display=display) as running:
            os.environ["XDG_CONFIG_HOME"] = str(running.config)  # so that a workspace finds it
            run_the_notebook()
            time.sleep(SETTLE_S)  # DataLab paints
            take_picture(display, output)
    print(f"Wrote {output}: look at it")
    return 0


@contextmanager
def screen() -> Iterator[str]:
    """Start a virtual screen and return its name."""
    read_end, write_end = os.pipe()
    command = ["Xvfb", "-displayfd", str(write_end), "-screen", "0", SCREEN, "-nolisten", "tcp"]
    process = subprocess.Popen(command, pass_fds=[write_end], stderr=subprocess.DEVNULL)
    os.close(write_end)
    try:
        with os.fdopen(read_end) as said:
            yield f":{said.readline().strip()}"
    finally:
        process.terminate()
        process.wait()


def run_the_notebook() -> None:
    """Do what the notebook in the docs does."""
    import numpy as np

    from datalab_kernel import Workspace, create_image, create_signal

    workspace = Workspace("live")
    y, x = np.mgrid[:256, :256]
    spots = sum(np.exp(-((x - a) ** 2 + (y - b) ** 2) / 300) for a, b in ((70, 90), (180, 140)))
    workspace["spots"] = create_image("", 1000 * spots, units=("mm", "mm", "lx"))
    t = np.linspace(0, 1, 500)
    rng = np.random.default_rng(0)
    measured = np.exp(-(((t - 0.4) / 0.1) ** 2)) + rng.normal(0, 0.03, t.size)
    workspace["pulse"] = create_signal(
        "", t, measured, units=("s", "V"), labels=("Time", "Voltage")
    )
    smooth = workspace.calc("moving_average", on="pulse", n=9)
    workspace.calc("fwhm", on=smooth)
    workspace.select(smooth.name)


def take_picture(display: str, output: Path) -> None:
    """Take a picture of DataLab's window."""
    from PIL import ImageGrab

    picture = ImageGrab.grab(xdisplay=display)
    picture = picture.crop(picture.getbbox())  # the screen around the window is black
    output.parent.mkdir(parents=True, exist_ok=True)
    picture.save(output, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
