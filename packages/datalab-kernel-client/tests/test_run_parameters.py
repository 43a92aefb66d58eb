"""Parameters as papermill has them: read from a command line, known to a notebook, injected."""

import math
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from datalab_kernel_client.command._arguments import make_parser, one_word_parameters
from datalab_kernel_client.runs._errors import ParameterError
from datalab_kernel_client.runs._literals import python_literal
from datalab_kernel_client.runs._parameters import gather, inject, known_parameters, unknown_names
from datalab_kernel_client.runs._values import parse_value

DEFAULTS = "n = 2  # type: int how many\nname: str = 'x'\n%matplotlib inline\nf(3)\ngain = 2 * n"


def notebook(*cells: nbformat.NotebookNode, **metadata: object) -> nbformat.NotebookNode:
    return new_notebook(cells=list(cells), metadata=metadata)


def tagged(source: str, *tags: str) -> nbformat.NotebookNode:
    return new_code_cell(source, metadata={"tags": list(tags)})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("-3", -3),
        ("007", 7),
        ("0x1f", 31),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("true", True),
        ("False", False),
        ("null", None),
        ("None", None),
        ("~", None),
        ("text", "text"),
        ("", ""),
        ("no", "no"),
        ("on", "on"),
        ("2026-01-01", "2026-01-01"),
        ("1.2.3", "1.2.3"),
        ("a: b", "a: b"),
        ('"3"', "3"),
        ("[1, 2]", [1, 2]),
        ('{"a": [1, null]}', {"a": [1, None]}),
        ("[a, b]", ["a", "b"]),
        ("{a: 1}", {"a": 1}),
    ],
)
def test_a_value_is_json_a_scalar_or_text(text: str, value: object) -> None:
    found = parse_value(text)
    assert found == value
    assert type(found) is type(value)


def test_infinity_and_not_a_number_are_floats() -> None:
    assert parse_value("-.inf") == -math.inf
    assert math.isnan(parse_value("nan"))


def test_a_list_that_is_neither_json_nor_yaml_is_refused() -> None:
    with pytest.raises(ParameterError, match="-r NAME=TEXT"):
        parse_value("[1, 2")


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        -3,
        2.5,
        math.inf,
        -math.inf,
        'it\'s\n"quoted" \\ é',
        [1, [2, "x"], None],
        {"a": {"b": [1.5]}, 3: ()},
        {1, 2},
        set(),
    ],
)
def test_a_value_survives_becoming_source(value: object) -> None:
    found = eval(python_literal(value), {"__builtins__": {"float": float, "set": set}})
    assert found == ({**value, 3: []} if isinstance(value, dict) else value)


def test_later_ways_of_giving_a_parameter_win(tmp_path: Path) -> None:
    file = tmp_path / "parameters.yaml"
    file.write_text("a: 1\nb: 1\nc: 1\nd: 1\n")
    found = gather(
        files=[file], documents=["b: 2\nc: 2\nd: 2"], values=["c=3", "d=3"], texts=["d=4"]
    )
    assert found == {"a": 1, "b": 2, "c": 3, "d": "4"}


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"values": ["n"]}, "NAME=VALUE"),
        ({"values": ["a-b=1"]}, "isn't a name"),
        ({"texts": ["class=x"]}, "isn't a name"),
        ({"documents": ["[1, 2]"]}, "not a mapping"),
        ({"documents": ["a: b: c"]}, "neither JSON nor YAML"),
        ({"files": [Path("missing.yaml")]}, "can't be read"),
    ],
)
def test_parameters_that_make_no_sense_are_refused(given: dict, what: str) -> None:
    with pytest.raises(ParameterError, match=what):
        gather(**given)


def test_a_notebook_says_which_parameters_it_has() -> None:
    known = known_parameters(notebook(new_code_cell("a = 1"), tagged(DEFAULTS, "parameters")))
    assert [(one.name, one.kind, one.default, one.help) for one in known] == [
        ("n", "int", "2", "how many"),
        ("name", "str", "'x'", ""),
        ("gain", "", "2 * n", ""),
    ]


@pytest.mark.parametrize("source", ["x <- 3", ""])
def test_a_cell_that_isnt_python_has_no_known_parameters(source: str) -> None:
    assert known_parameters(notebook(tagged(source, "parameters"))) == []


def test_names_that_the_notebook_doesnt_set_are_told() -> None:
    assert unknown_names(notebook(tagged(DEFAULTS, "parameters")), {"n": 1, "m": 2}) == ["m"]


def test_parameters_come_behind_the_cell_of_defaults() -> None:
    nb = notebook(new_markdown_cell("#"), tagged("n = 2", "parameters"), new_code_cell("n"))
    inject(nb, {"n": 3, "s": "x"})
    assert [cell.source for cell in nb.cells] == ["#", "n = 2", "# Parameters\nn = 3\ns = 'x'", "n"]
    assert nb.cells[2].metadata.tags == ["injected-parameters"]


def test_parameters_come_first_in_a_notebook_without_defaults() -> None:
    nb = notebook(new_markdown_cell("#"), new_code_cell("n"))
    inject(nb, {"n": 3})
    assert nb.cells[0].metadata.tags == ["injected-parameters"]


def test_parameters_take_the_place_of_those_of_an_earlier_run() -> None:
    nb = notebook(tagged("n = 9", "injected-parameters"), tagged("n = 2", "parameters"))
    inject(nb, {"n": 3})
    assert [cell.source for cell in nb.cells] == ["# Parameters\nn = 3", "n = 2"]


def test_without_parameters_a_notebook_stays_as_it_is() -> None:
    nb = notebook(tagged("n = 9", "injected-parameters"))
    inject(nb, {})
    assert [cell.source for cell in nb.cells] == ["n = 9"]


def test_a_notebook_in_another_language_gets_no_parameters() -> None:
    nb = notebook(new_code_cell("1"), language_info={"name": "R"})
    with pytest.raises(ParameterError, match="notebook in r"):
        inject(nb, {"n": 3})


@pytest.mark.parametrize(
    "words",
    [
        ["run", "-p", "n", "3", "-r", "s", "-x y", "a.ipynb"],
        ["run", "-p", "n=3", "-r", "s=-x y", "a.ipynb"],
        ["run", "a.ipynb", "--parameters", "n", "3", "--parameters_raw", "s", "-x y"],
    ],
)
def test_parameters_are_one_word_or_two_as_with_papermill(words: list[str]) -> None:
    arguments = make_parser().parse_args(one_word_parameters(words))
    assert (arguments.values, arguments.texts) == (["n=3"], ["s=-x y"])
    assert arguments.notebooks == [Path("a.ipynb")]
