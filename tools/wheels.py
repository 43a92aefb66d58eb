"""Build each package below packages/ as a wheel into .run/wheels, where its sources changed.

``tools/run.py`` calls it before it installs our packages; call it by the task ``wheels``
when you want the wheels themselves. Needs pip and hatchling in the Python that runs it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / ".run" / "wheels"
SHARED = [ROOT / "VERSION", ROOT / "tools" / "hatch_metadata.py"]
IGNORED = {"__pycache__", "tests", ".pytest_cache", ".hypothesis"}


def main() -> int:
    """Build what changed and return the exit code."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    index_file = OUTPUT / "index.json"
    old = json.loads(index_file.read_text(encoding="utf-8")) if index_file.is_file() else {}
    folders = sorted(path.parent for path in ROOT.glob("packages/*/pyproject.toml"))
    index = {folder.relative_to(ROOT).as_posix(): build(folder, old) for folder in folders}
    for wheel in OUTPUT.glob("*.whl"):
        if wheel.name not in {entry["file"] for entry in index.values()}:
            wheel.unlink()
    index_file.write_text(json.dumps(index, indent=1), encoding="utf-8")
    return 0


def build(folder: Path, old: dict[str, Any]) -> dict[str, str]:
    """Return a package's entry in the index, building its wheel if need be."""
    key = fingerprint(folder)
    entry: dict[str, str] = old.get(folder.relative_to(ROOT).as_posix(), {})
    if entry.get("sources") == key and (OUTPUT / entry["file"]).is_file():
        return entry
    started = time.perf_counter()
    scratch = OUTPUT / "new"
    if scratch.exists():
        shutil.rmtree(scratch)  # of a run that was stopped
    options = ["--no-deps", "--no-build-isolation", "--no-cache-dir", "--quiet"]
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        *options,
        "--wheel-dir",
        str(scratch),
        str(folder),
    ]
    if subprocess.run(command, check=False).returncode:
        message = f"no wheel could be built from {folder}; pip says why above"
        raise SystemExit(message)
    built = next(scratch.glob("*.whl"))
    wheel = built.replace(OUTPUT / built.name)
    scratch.rmdir()
    print(f"built {wheel.name} in {time.perf_counter() - started:.1f} s", flush=True)
    return {"name": folder.name, "file": wheel.name, "sources": key}


def fingerprint(folder: Path) -> str:
    """Return a hash of everything that goes into a package's wheel."""
    files = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not IGNORED.intersection(path.relative_to(folder).parts)
    ]
    digest = hashlib.sha256()
    for path in [*SHARED, *files]:
        digest.update(path.relative_to(ROOT).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


if __name__ == "__main__":
    raise SystemExit(main())
