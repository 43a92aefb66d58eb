"""Runs uv, which finds Pythons, makes environments and installs; gets it from PyPI by pip, in one fixed version."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

from runner.errors import RunnerError
from runner.process import run_quietly, say

NEEDS_PIP = (
    f"{sys.executable} has no pip, which gets uv, which installs everything else; "
    "on Debian and Ubuntu run: apt-get install -y python3-pip"
)


class Uv:
    """One version of uv, below ``.run/``; whatever uv is on the PATH isn't used.

    Parameters
    ----------
    root
        The repository.
    version
        Which uv, such as ``"0.13.9"``.
    """

    def __init__(self, root: Path, version: str) -> None:
        self.root = root
        self.version = version
        self.home = root / ".run" / f"uv-{version}"

    def __call__(self, *arguments: str | Path, what: str) -> str:
        """Run uv and return what it said.

        Raises
        ------
        RunnerError
            It failed; the message holds its whole output.
        """
        self.get()
        program = self.home / "bin" / ("uv.exe" if os.name == "nt" else "uv")
        return run_quietly([program, *arguments], env=_variables(), cwd=self.root, what=what)

    def get(self) -> None:
        """Install uv if it isn't there.

        Raises
        ------
        RunnerError
            There is no pip, or pip can't get it.
        """
        if self.home.is_dir():
            return
        if find_spec("pip") is None:
            raise RunnerError(NEEDS_PIP)
        say(f"uv {self.version}: installing it by pip into {self.home.relative_to(self.root)}")
        scratch = self.home.with_suffix(".new")
        options = ["--quiet", "--no-input", "--no-deps", "--no-compile", "--target", str(scratch)]
        command = [sys.executable, "-m", "pip", "install", *options, f"uv=={self.version}"]
        run_quietly(command, env=os.environ, cwd=self.root, what="pip install uv")
        scratch.replace(self.home)


def as_pip() -> dict[str, str]:
    """Return variables by which uv reaches an index where pip does: the machine's certificates, pip's index."""
    index = os.environ.get("PIP_INDEX_URL")
    return {"UV_SYSTEM_CERTS": "1"} | ({"UV_DEFAULT_INDEX": index} if index else {})


def _variables() -> dict[str, str]:
    """Return the shell's variables, with this Python first among those that uv finds, pyenv's last."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    others = sorted(pyenv.glob("versions/3.*/bin"), reverse=True)
    folders = [Path(sys.executable).parent, *os.get_exec_path(), *others]
    kept = {key: text for key, text in os.environ.items() if key != "VIRTUAL_ENV"}
    return {
        **as_pip(),
        **kept,
        "PATH": os.pathsep.join(map(str, folders)),
        "UV_PYTHON_PREFERENCE": "system",
    }
