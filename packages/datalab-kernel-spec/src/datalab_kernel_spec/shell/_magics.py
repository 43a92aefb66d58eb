"""The magics that IPython leaves to kernels: editors, pagers, and words about the connection."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from IPython.core import page
from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_magic, magics_class

from datalab_kernel_spec.protocol._lines import CONNECTION_VARIABLE

__all__ = ["NotebookMagics"]

CONNECT = """\
{content}

Connect a console to this kernel with:
    jupyter console --existing {file}
"""
AUTOSAVE = """\
How often notebooks are saved is a setting of the front end. In JupyterLab and Notebook 7:
Settings > Settings Editor > Document Manager > Autosave Interval.
"""


@magics_class
class NotebookMagics(Magics):
    """What a terminal does otherwise, or not at all."""

    shell: Any

    @line_magic
    def edit(self, parameter_s: str = "", last_call: list[str] | None = None) -> None:
        """Open a file, a function's source or earlier cells in the front end's editor.

        ``%edit NAME``, ``%edit FILE``, ``%edit 3-5``; ``-n LINE`` says where, ``-p`` opens the
        last one again, ``-r`` takes cells as they were typed. The file isn't run afterwards.
        """
        from IPython.core.magics.code import CodeMagics, MacroToEdit  # not at each start

        options, arguments = self.parse_options(parameter_s, "prn:")
        try:
            filename, line, _ = CodeMagics._find_edit_target(  # noqa: SLF001 - IPython's own way
                self.shell, arguments, options, last_call or ["", ""]
            )
        except MacroToEdit:
            message = "A macro can't be edited in a front end; print it: print(NAME)"
            raise UsageError(message) from None
        if filename is None:  # IPython has warned that there is no such thing
            return
        payload = {"source": "edit_magic", "filename": str(Path(filename).resolve())}
        self.shell.payload_manager.write_payload({**payload, "line_number": line})

    @line_magic
    def clear(self, _line: str) -> None:
        """Clear the output of this cell."""
        self.shell.display_pub.clear_output()

    @line_magic
    def less(self, line: str) -> None:
        """Show a file in the front end's pager; Python in colours."""
        if not line:
            message = "Say which file: %less FILE"
            raise UsageError(message)
        file = Path(line).expanduser()
        try:
            text = file.read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            message = f"{file} can't be read: {error.strerror}"
            raise UsageError(message) from None
        page.page(self.shell.pycolorize(text) if file.suffix == ".py" else text)

    more: Any = line_magic("more")(less)  # type: ignore[arg-type]

    @line_magic
    def man(self, line: str) -> None:
        """Show the manual of a command in the front end's pager."""
        if shutil.which("man") is None:
            message = "The command man isn't installed here"
            raise UsageError(message)
        found = subprocess.run(
            ["man", *line.split()],  # noqa: S607 - the person's own path
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
            env={**os.environ, "MANPAGER": "cat", "TERM": "dumb"},
        )
        page.page(found.stdout or found.stderr)

    @line_magic
    def connect_info(self, _line: str) -> None:
        """Show how another program connects to this kernel."""
        file = _connection_file()
        sys.stdout.write(CONNECT.format(content=file.read_text(encoding="utf-8"), file=file))

    @line_magic
    def qtconsole(self, line: str) -> None:
        """Open a Qt console on this kernel."""
        if find_spec("qtconsole") is None:
            message = (
                f"%qtconsole needs qtconsole: {sys.executable} -m pip install qtconsole PySide6"
            )
            raise UsageError(message)
        command = [sys.executable, "-m", "qtconsole", "--existing", str(_connection_file())]
        subprocess.Popen([*command, *line.split()], start_new_session=True)

    @line_magic
    def autosave(self, line: str) -> None:
        """Say where the interval at which notebooks are saved is set."""
        try:
            int(line)
        except ValueError:
            message = f"%autosave takes a number of seconds, not {line!r}"
            raise UsageError(message) from None
        sys.stdout.write(AUTOSAVE)

    @line_magic
    def subshell(self, _line: str) -> None:
        """Say that this kernel runs one cell after another."""
        sys.stdout.write("This kernel has no subshells.\n")


def _connection_file() -> Path:
    file = Path(os.environ.get(CONNECTION_VARIABLE, ""))
    try:
        json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        message = "The connection file of this kernel isn't there any more"
        raise UsageError(message) from None
    return file
