"""Notes which lines and branches of our installed packages a pytest run reaches, for `tools/branch_coverage.py`.

SlipCover does it by probes in the bytecode, which take themselves out once they were reached: measured
so, the core's unit tests take 9 % more CPU time; traced by coverage.py 50 to 90 % more, as everything that
matplotlib does is traced too (Python 3.11 has no `sys.monitoring`). Subprocesses aren't measured.

Each task measures its own package, and `unit-standalone`, which has the workspace's tests, the core too: what
the others reach of the core is less than a tenth of a percent more, and took each of them some ten seconds.
"""

import json
import os
import sysconfig
from pathlib import Path

from slipcover import FileMatcher, ImportManager, Slipcover

SITE = Path(sysconfig.get_path("purelib")).resolve()
NOTES = Path(os.environ["DATALAB_KERNEL_COVERAGE"])
OWN = NOTES.stem.replace("unit-core", "datalab_kernel").replace("unit-", "datalab_kernel_")
NAMES = [OWN, "datalab_kernel"] if NOTES.stem == "unit-standalone" else [OWN]
PACKAGES = [str(SITE / name) for name in NAMES]
NOT_MEASURED = ["*/datalab_kernel_client/signals.py"]
"""Where SlipCover 1.1 changes what happens: with its probes a loop that was left isn't forgotten at once."""
MEASURED = Slipcover(branch=True, source=PACKAGES, omit=NOT_MEASURED)
IMPORTS = ImportManager(MEASURED, FileMatcher(sources=PACKAGES, omit=NOT_MEASURED))
IMPORTS.__enter__()  # now: what conftest.py files import is measured too


def pytest_sessionfinish() -> None:
    """Write what was reached, by the path of each file among the installed packages."""
    IMPORTS.__exit__(None, None, None)
    found = MEASURED.get_coverage()
    found["files"] = {
        Path(name).resolve().relative_to(SITE).as_posix(): facts
        for name, facts in found["files"].items()
    }
    NOTES.parent.mkdir(parents=True, exist_ok=True)
    NOTES.write_text(json.dumps(found), encoding="utf-8")
