"""What a backend is called is for people: nothing is decided by it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import datalab_kernel

ROOT = Path(datalab_kernel.__file__).parent
NAMES = {"live", "standalone"}


def decisions(tree: ast.AST) -> Iterator[str]:
    """Find what names a backend, or compares what one is called."""
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(value)) if value in NAMES:
                yield ast.unparse(node)
            case ast.Attribute(attr="LIVE" | "STANDALONE"):
                yield ast.unparse(node)
            case ast.Compare() | ast.Match():
                parts = [ast.unparse(part) for part in ast.walk(node)]
                if any(part.endswith(("backend.label", ".mode")) for part in parts):
                    yield ast.unparse(node)


def test_only_the_folder_of_backends_knows_what_they_are_called() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {decision}"
        for path in ROOT.rglob("*.py")
        if path.parent.name != "backends"
        for decision in decisions(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert found == set()


@pytest.mark.parametrize(
    "line",
    [
        "x = backend.mode is WorkspaceMode.LIVE",
        "open_backend('live')",
        "backend.label == 'sqlite'",
        "if workspace.mode != wanted: pass",
    ],
)
def test_a_decision_by_name_is_found(line: str) -> None:
    assert [*decisions(ast.parse(line))]
