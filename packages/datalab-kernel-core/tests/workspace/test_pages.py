"""The rule of the workspace's pages: they document, hand on to a collaborator, and nothing else."""

import ast
import inspect
import re

import pytest

from datalab_kernel import Workspace

PAGES = Workspace.__bases__


def functions_of(page: type) -> dict[str, ast.FunctionDef]:
    (found,) = ast.parse(inspect.getsource(page)).body
    return {node.name: node for node in found.body if isinstance(node, ast.FunctionDef)}


def code_of(function: ast.FunctionDef) -> list[str]:
    skipped = 1 if ast.get_docstring(function) else 0
    imports = (ast.Import, ast.ImportFrom)
    return [ast.unparse(step) for step in function.body[skipped:] if not isinstance(step, imports)]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_no_state_but_the_shelf_and_only_hands_on(page: type) -> None:
    for name, function in functions_of(page).items():
        code = code_of(function)
        assert name != "__init__"
        assert len(code) <= 2, name
        assert not re.search(r"\bsuper\(|\bself\.(?!_shelf\b)", " ".join(code)), name


def test_no_page_overrides_another() -> None:
    names = [name for page in PAGES for name in functions_of(page)]
    assert len(names) == len({*names})
