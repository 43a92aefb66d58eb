"""Which assignments in a cell change a copy that nobody keeps, by their form."""

from __future__ import annotations

import ast

import pytest

from datalab_kernel.session._lost_changes import assignments_to_copies


def targets(code: str) -> list[str]:
    return [found.target for found in assignments_to_copies(ast.parse(code))]


@pytest.mark.parametrize(
    ("code", "target"),
    [
        ("workspace['p'].xunit = 's'", "workspace['p'].xunit"),
        ("workspace['p'].y[:] = 0", "workspace['p'].y[:]"),
        ("workspace['p'].y += 1", "workspace['p'].y"),
        ("a, (workspace['p'].x0, *b) = values", "workspace['p'].x0"),
        ("a = workspace[name].roi = None", "workspace[name].roi"),
        ("workspace['p'].metadata['k']: int = 1", "workspace['p'].metadata['k']"),
        ("del workspace['p'].metadata['k']", "workspace['p'].metadata['k']"),
        ("if True:\n    for n in workspace:\n        workspace[n].y[0] = 1", "workspace[n].y[0]"),
        ("def f():\n    workspace['p'].y[:] = 0", "workspace['p'].y[:]"),
    ],
)
def test_a_target_that_goes_on_from_an_item_is_found(code: str, target: str) -> None:
    assert targets(code) == [target]


@pytest.mark.parametrize(
    "code",
    [
        "workspace['p'] = s",
        "workspace['p'] += s",
        "del workspace['p']",
        "s = workspace['p']; s.xunit = 's'; workspace['p'] = s",
        "x = workspace['p'].y[:]",
        "with workspace.edit('p') as s: s.xunit = 's'",
        "workspace.selected = ['p']",
        "workspace['p'].xunit: str",
        "make(workspace['p']).y = 1",
        "def f(workspace):\n    workspace['p'].y[:] = 0",
        "def f():\n    workspace = {}\n    workspace['p'].y[:] = 0",
    ],
)
def test_what_is_kept_or_only_read_is_not_found(code: str) -> None:
    assert targets(code) == []


def test_the_line_of_each_is_told() -> None:
    code = "a = 1\nworkspace['p'].y = 1\nb = 2\nworkspace['q'].y = 1"
    assert [found.line for found in assignments_to_copies(ast.parse(code))] == [2, 4]
