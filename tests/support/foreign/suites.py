"""Which suites of other projects are run: where they come from, what of them needs a kernel."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """A project's own tests, in its sdist on PyPI.

    ``edits`` are (file, text, other text): time-outs, and the version of itself that ipykernel's
    tests demand, at which any of them may fail that meets a late second ``kernel_info_reply``.
    ``sample`` are the arguments where not everything is run.
    """

    name: str
    version: str
    paths: tuple[str, ...]
    edits: tuple[tuple[str, str, str], ...] = ()
    options: tuple[str, ...] = ()
    sample: tuple[str, ...] = ()
    limit_s: float = field(default=900)


SUITES = (
    Suite(
        name="ipykernel",
        version="7.4.0",
        paths=(
            "tests/test_message_spec.py",
            "tests/test_kernel.py",
            "tests/test_async.py",
            "tests/test_debugger.py",
        ),
        edits=(
            ("tests/utils.py", "\nTIMEOUT = 100\n", "\nTIMEOUT = 20\n"),
            (
                "tests/test_message_spec.py",
                'implementation_version = Version(min="2.1")',
                'implementation_version = Version(min="0")',
            ),
            ("pyproject.toml", "\ntimeout = 30\n", "\ntimeout = 60\n"),
        ),
        sample=(
            "tests/test_message_spec.py",
            "--deselect=tests/test_message_spec.py::test_subshell",  # waits for its time-out
            "tests/test_async.py",
        ),
    ),
    Suite(name="nbclient", version="0.11.0", paths=("tests",)),
    Suite(
        name="papermill",
        version="2.7.0",
        paths=tuple(
            f"papermill/tests/test_{part}.py"
            for part in (
                "autosave",
                "cli",
                "clientwrap",
                "engines",
                "exceptions",
                "execute",
                "inspect",
                "parameterize",
            )
        ),
    ),
    Suite(
        name="nbval",
        version="0.11.0",
        paths=("tests",),
        options=("--ignore=tests/test_nbdime_reporter.py",),
    ),
    Suite(name="nbmake", version="1.5.5", paths=("tests",)),
)
