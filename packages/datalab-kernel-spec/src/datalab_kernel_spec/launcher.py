"""Start the DataLab kernel: ``python -m datalab_kernel_spec.launcher -f CONNECTION_FILE``.

xpython runs in this very process where it is an extension module, as in its wheel; else
this process becomes the environment's executable ``xpython``, as conda-forge ships it.
Between Jupyter and xpython stands a relay (:mod:`datalab_kernel_spec.relay`); what differs
from bare xpython inside is in :mod:`datalab_kernel_spec.startup._patches`.
"""

from __future__ import annotations

import sys

if __name__ == "__main__" and not sys.flags.safe_path:
    del sys.path[0]  # the notebook's folder, whose signal.py or types.py isn't meant here

import os
import signal
from importlib.util import find_spec
from typing import TYPE_CHECKING

from datalab_kernel_spec.protocol._lines import CONNECTION_VARIABLE, LINES_VARIABLE
from datalab_kernel_spec.startup._large_blocks import keep_large_blocks

if TYPE_CHECKING:
    from datalab_kernel_spec.protocol._lines import Lines

__all__ = ["CONNECTION_VARIABLE", "EXECUTABLE_VARIABLE", "LINES_VARIABLE", "main"]

EXECUTABLE_VARIABLE = "DATALAB_KERNEL_XPYTHON"
"""Names the executable to use, instead of the module and of the environment's own."""

XPYTHON_MISSING = """\
The DataLab kernel can't start: xeus-python isn't installed in this environment ({prefix}),
neither as the module 'xpython' nor as an executable of that name.
Install it with:  {executable} -m pip install xeus-python
             or:  conda install -c conda-forge xeus-python
"""
NOT_EXECUTABLE = """\
The DataLab kernel can't start: {path} can't be run ({error}).
Where the environment variable {variable} names it: unset that, or name an xpython there.
"""
NO_RELAY = """\
The DataLab kernel can't start with the connection file {path}: {error}.
Jupyter writes this file; start the kernel from JupyterLab, or with: jupyter console --kernel datalab
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
    arguments = sys.argv[1:] if argv is None else [*argv]
    executable = _executable()
    if executable is None and find_spec("xpython") is None:
        return _give_up(XPYTHON_MISSING, prefix=sys.prefix, executable=sys.executable)
    keep_large_blocks()
    lines: Lines | None = None
    if "-f" in arguments[:-1] and has_relay():
        from datalab_kernel_spec.relay import fork_relay

        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])  # until a handler is there
        at = arguments.index("-f") + 1
        os.environ[CONNECTION_VARIABLE] = os.path.abspath(arguments[at])  # noqa: PTH100
        try:
            arguments[at], lines = fork_relay(arguments[at])
        except (OSError, ValueError, KeyError) as error:
            return _give_up(NO_RELAY, path=arguments[at], error=repr(error))
    if executable is not None:
        try:
            _become(executable, arguments, lines)
        except OSError as error:
            return _give_up(
                NOT_EXECUTABLE, path=executable, variable=EXECUTABLE_VARIABLE, error=error
            )
    return _run_in_process(arguments, lines)


def has_relay() -> bool:
    """Say whether a relay can stand between Jupyter and xpython here."""
    return hasattr(os, "fork")


def _executable() -> str | None:
    """Return the executable to become, or None if the module is there."""
    wanted = os.environ.get(EXECUTABLE_VARIABLE)
    if wanted:
        return wanted
    if find_spec("xpython") is not None:
        return None
    import shutil  # not before the relay is forked, whose memory it would cost

    folders = [os.path.dirname(sys.executable)]  # noqa: PTH120
    if os.name == "nt":  # where conda-forge has it there
        folders.append(os.path.join(sys.prefix, "Library", "bin"))  # noqa: PTH118
    return shutil.which("xpython", path=os.pathsep.join(folders))


def _run_in_process(arguments: list[str], lines: Lines | None) -> int:
    from datalab_kernel_spec.startup._light_imports import light_imports

    with light_imports():
        from datalab_kernel_spec.startup._patches import ShapeError, apply_patches

        try:
            apply_patches(lines)
        except ShapeError as error:
            return _give_up("The DataLab kernel can't start: {error}\n", error=error)
        import xpython

    program = sys.argv[0]
    sys.argv = [program]  # as xpython_launcher does: cells see no arguments of the kernel
    xpython.launch([program, *arguments])
    return 0


def _become(executable: str, arguments: list[str], lines: Lines | None) -> None:
    """Replace this process by an executable xpython that loads the patches as it starts."""
    start = os.path.join(os.path.dirname(__file__), "start")  # noqa: PTH118, PTH120
    environment = dict(os.environ)
    rest = [environment["PYTHONPATH"]] if environment.get("PYTHONPATH") else []
    environment["PYTHONPATH"] = os.pathsep.join([start, *rest])
    if lines is not None:
        for line in lines:
            os.set_inheritable(line, True)  # noqa: FBT003
        environment[LINES_VARIABLE] = " ".join(map(str, lines))
    os.execve(executable, [executable, *arguments], environment)  # noqa: S606


def _give_up(text: str, **facts: object) -> int:
    sys.stderr.write(text.format(**facts))
    return 1


if __name__ == "__main__":
    sys.exit(main())
