"""Start the DataLab kernel: ``python -m datalab_kernel_spec.launcher -f CONNECTION_FILE``.

xpython runs in this very process where it is an extension module, as in its wheel. What
differs from bare xpython is in :mod:`datalab_kernel_spec._patches`.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec

from datalab_kernel_spec._patches import ShapeError, apply_patches

__all__ = ["main"]

XPYTHON_MISSING = """\
The DataLab kernel can't start: the module 'xpython' isn't installed in this environment
({prefix}).
Install it with:  {executable} -m pip install xeus-python
"""


def main(argv: list[str] | None = None) -> int:
    """Run the kernel until it is shut down.

    Parameters
    ----------
    argv
        What Jupyter passes on: ``["-f", connection_file]``; None: the command line's.

    Returns
    -------
    int
        The exit code: 0 after a shutdown, 1 if it could not start.
    """
    arguments = sys.argv[1:] if argv is None else argv
    if find_spec("xpython") is None:
        sys.stderr.write(XPYTHON_MISSING.format(prefix=sys.prefix, executable=sys.executable))
        return 1
    try:
        apply_patches()
    except ShapeError as error:
        sys.stderr.write(f"The DataLab kernel can't start: {error}\n")
        return 1
    import xpython

    program = sys.argv[0]
    sys.argv = [program]  # as xpython_launcher does: cells see no arguments of the kernel
    xpython.launch([program, *arguments])
    return 0


if __name__ == "__main__":
    sys.exit(main())
