"""Runs a suite in a process of its own on our kernel, and reads from JUnit's XML how it ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from support.foreign.suites import Suite

OPTIONS = ("-o", "junit_family=xunit1", "-o", "asyncio_default_fixture_loop_scope=function")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """The ids of tests that passed and of those that didn't, these with what they said."""

    passed: frozenset[str]
    failed: dict[str, str]


def our_kernel_as_python3(jupyter_path: Path) -> None:
    """Install the DataLab kernel under ipykernel's name, as it is packaged otherwise."""
    packaged = Path(sys.prefix) / "share/jupyter/kernels/datalab/kernel.json"
    spec = json.loads(packaged.read_text(encoding="utf-8"))
    spec["argv"][0] = sys.executable
    folder = jupyter_path / "kernels/python3"
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")


def run(suite: Suite, where: Path, tests: Iterable[str], jupyter_path: Path) -> Outcomes:
    """Run tests of a suite where it is unpacked; raise if it doesn't come to its end in time."""
    with tempfile.NamedTemporaryFile(suffix=".xml") as report:
        options = ["-q", "-p", "no:cacheprovider", *OPTIONS, *suite.options]
        command = [sys.executable, "-m", "pytest", *options, f"--junitxml={report.name}", *tests]
        ended = subprocess.run(
            command,
            cwd=where,
            env=_variables(jupyter_path),
            check=False,
            timeout=suite.limit_s,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if ended.returncode not in (0, 1):  # neither all passed nor some failed
            raise AssertionError(f"pytest ended with {ended.returncode}:\n{ended.stdout[-4000:]}")
        return _read(Path(report.name), where)


def _variables(jupyter_path: Path) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        "JUPYTER_PATH": str(jupyter_path),
        "DATALAB_KERNEL_MODE": "standalone",
        "COLUMNS": "120",
    }


def _read(report: Path, where: Path) -> Outcomes:
    passed: set[str] = set()
    failed: dict[str, str] = {}
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        faults = [*case.iter("failure"), *case.iter("error")]
        if faults:
            failed[_id(case, where)] = "\n".join(fault.text or "" for fault in faults)
        elif case.find("skipped") is None:
            passed.add(_id(case, where))
    return Outcomes(passed=frozenset(passed - failed.keys()), failed=failed)


def _id(case: ElementTree.Element, where: Path) -> str:
    """Return a test's node id, without the folder that it was run in."""
    file = case.attrib["file"]
    module = file.removesuffix(".py").replace("/", ".")
    classes = case.attrib["classname"].removeprefix(module).strip(".")
    parts: Sequence[str] = [file, *(classes.split(".") if classes else []), case.attrib["name"]]
    return "::".join(parts).replace(f"{where}/", "")
