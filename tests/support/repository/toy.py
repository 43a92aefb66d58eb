"""A small repository with the real runner and tasks of a test's own."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

HEAD = '[workspace]\nname = "toy"\nchannels = []\nplatforms = []\n'


def manifest(folder: Path, text: str) -> Path:
    path = folder / "pixi.toml"
    path.write_text(HEAD + text, encoding="utf-8")
    return path


class Toy:
    """A small repository with the real runner and tasks of a test's own."""

    def __init__(self, folder: Path, tools: Path) -> None:
        self.folder = folder
        shutil.copytree(tools, folder / "tools", ignore=shutil.ignore_patterns("__pycache__"))
        for uv in tools.parent.glob(".run/uv-*[0-9]"):  # or each of them would get it by pip
            (folder / ".run").mkdir(exist_ok=True)
            (folder / ".run" / uv.name).symlink_to(uv)
        document = tomllib.loads((tools.parent / "pyproject.toml").read_text(encoding="utf-8"))
        self.uv = document["tool"]["uv"]["required-version"]
        self.groups("")

    def groups(self, text: str) -> None:
        uv = f'[tool.uv]\nrequired-version = "{self.uv}"\n'
        self.write("pyproject.toml", f"[dependency-groups]\n{text}\n{uv}")

    def tasks(self, text: str) -> None:
        manifest(self.folder, f"[environments]\ndefault = []\n{text}")

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        clean = {key: text for key, text in os.environ.items() if key != "CI"}
        return subprocess.Popen(
            [sys.executable, "tools/run.py", *arguments],
            cwd=self.folder,
            env={**clean, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments: str, **variables: str) -> tuple[int, str]:
        with self.start(*arguments, **variables) as process:
            output, _ = process.communicate(timeout=120)
        return process.returncode, output
