"""Whoever raises an error gives the facts that its class declares, and no others."""

import ast
from collections.abc import Iterator
from pathlib import Path

from datalab_kernel import errors
from datalab_kernel_client import errors as client_errors

KINDS = {
    name: getattr(module, name)
    for module in (errors, client_errors)
    for name in module.__all__
    if name not in {"DataLabKernelError", "ClientError"} and not name.endswith("Warning")
}


def made(tree: ast.AST) -> Iterator[tuple[str, int, set[str | None]]]:
    """Give each error that is made in a file: its class, the line, the facts (None: more)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KINDS:
            yield node.func.id, node.lineno, {keyword.arg for keyword in node.keywords}


def wrong_facts(source: str) -> list[str]:
    """Return what is missing or isn't declared, a text for each error that is made."""
    found = []
    for name, line, given in made(ast.parse(source)):
        lines = KINDS[name].__mro__
        declared = {fact for kind in lines for fact in getattr(kind, "__annotations__", {})}
        required = {fact for fact in declared if not hasattr(KINDS[name], fact)}
        missing = set() if None in given else required - given
        if wrong := missing | given - declared - {None}:
            found.append(f"line {line}: {name} and {sorted(wrong)}")
    return found


def test_every_error_has_the_facts_that_its_class_declares(root: Path) -> None:
    sources = [*root.glob("packages/*/src/**/*.py")]
    assert sum(len([*made(ast.parse(path.read_text("utf-8")))]) for path in sources) > 50
    wrong = {path.name: wrong_facts(path.read_text("utf-8")) for path in sources}
    assert {name: texts for name, texts in wrong.items() if texts} == {}


def test_one_that_lacks_a_fact_or_has_another_is_found() -> None:
    assert wrong_facts("NameTakenError('taken')") == ["line 1: NameTakenError and ['names']"]
    assert wrong_facts("MetadataError('no', path='a', key=1)") == [
        "line 1: MetadataError and ['key']"
    ]
