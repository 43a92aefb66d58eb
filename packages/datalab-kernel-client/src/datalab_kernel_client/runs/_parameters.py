"""A notebook's parameters by papermill's conventions: given, known to the notebook, injected."""

from __future__ import annotations

import ast
import io
import keyword
import tokenize
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import nbformat

from datalab_kernel_client.runs._errors import ParameterError
from datalab_kernel_client.runs._literals import python_literal
from datalab_kernel_client.runs._values import parse_value, parse_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = ["KnownParameter", "gather", "inject", "known_parameters", "unknown_names"]

_DEFAULTS = "parameters"
_INJECTED = "injected-parameters"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownParameter:
    """A name that the notebook's cell tagged `parameters` sets."""

    name: str
    default: str
    """Its value there, as source."""
    kind: str = ""
    """Its annotation, or what a comment `# type: X` says."""
    help: str = ""
    """The comment behind it."""


def gather(
    *,
    files: Iterable[Path] = (),
    documents: Iterable[str] = (),
    values: Iterable[str] = (),
    texts: Iterable[str] = (),
) -> dict[str, Any]:
    """Return parameters as they were given on a command line; the later ones win.

    Parameters
    ----------
    files
        YAML or JSON files with a mapping of names (``-f``).
    documents
        The same as text (``-y``).
    values
        ``NAME=VALUE``, see :func:`parse_value` (``-p``).
    texts
        ``NAME=TEXT``, which stays text (``-r``).

    Raises
    ------
    ParameterError
        Something of it isn't a mapping, a pair or a name of Python's.
    """
    found: dict[str, Any] = {}
    for path in files:
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ParameterError(
                f"{path} was to give parameters, but can't be read: {error}."
                " Name a YAML or JSON file."
            ) from error
        found |= _mapping(parse_yaml(text, what=str(path)), what=str(path))
    for text in documents:
        found |= _mapping(parse_yaml(text, what=text), what=text)
    for pair in values:
        name, text = _pair(pair)
        found[name] = parse_value(text)
    found |= dict(_pair(pair) for pair in texts)
    for name in found:
        if not name.isidentifier() or keyword.iskeyword(name):
            raise ParameterError(
                f"{name!r} was given as a parameter, but isn't a name that Python can set."
                " Use letters, digits and _.",
                name=name,
            )
    return found


def _mapping(value: Any, *, what: str) -> dict[str, Any]:
    if value is None:
        return {}
    if isinstance(value, dict) and all(isinstance(name, str) for name in value):
        return value
    raise ParameterError(
        f"{what} was to give parameters, but holds {type(value).__name__}, not a mapping of"
        " names to values. Write it as `name: value`."
    )


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise ParameterError(
            f"{text!r} was given as a parameter without a value. Write NAME=VALUE."
        )
    return name, value


def known_parameters(notebook: nbformat.NotebookNode) -> list[KnownParameter]:
    """Return the parameters that a notebook offers, in its order; none without a tagged cell."""
    position = _tagged(notebook, _DEFAULTS)
    if position is None:
        return []
    source = "\n".join(
        "" if line.lstrip().startswith(("%", "!", "?")) else line
        for line in notebook.cells[position].source.splitlines()
    )
    try:
        statements = ast.parse(source).body
    except SyntaxError:  # another language, or a cell that fails anyway
        return []
    comments = _comments(source)
    return [
        known
        for statement in statements
        if (known := _known(statement, source, comments.get(statement.end_lineno or 0, "")))
    ]


def _known(statement: ast.stmt, source: str, comment: str) -> KnownParameter | None:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            kind = ""
        case ast.AnnAssign(target=ast.Name(id=name), annotation=note, value=ast.expr() as value):
            kind = ast.get_source_segment(source, note) or ""
        case _:
            return None
    if comment.startswith("type:"):
        said, _, comment = comment.removeprefix("type:").strip().partition(" ")
        kind = kind or said
    return KnownParameter(
        name=name,
        default=ast.get_source_segment(source, value) or "",
        kind=kind,
        help=comment.strip(),
    )


def _comments(source: str) -> dict[int, str]:
    """Return what the comments say, by their lines' numbers."""
    tokens = tokenize.generate_tokens(io.StringIO(source + "\n").readline)
    return {
        token.start[0]: token.string.lstrip("# ").strip()
        for token in tokens
        if token.type == tokenize.COMMENT
    }


def unknown_names(notebook: nbformat.NotebookNode, parameters: Mapping[str, Any]) -> list[str]:
    """Return which names the notebook's cell `parameters` doesn't set."""
    known = {parameter.name for parameter in known_parameters(notebook)}
    return [name for name in parameters if name not in known]


def inject(notebook: nbformat.NotebookNode, parameters: Mapping[str, Any]) -> None:
    """Put a cell that sets parameters into a notebook, tagged `injected-parameters`.

    It takes the place of one from an earlier run; else it comes behind the cell tagged
    `parameters`, or first. Without parameters nothing is changed.

    Raises
    ------
    ParameterError
        The notebook isn't in Python.
    """
    if not parameters:
        return
    if (language := _language(notebook)) != "python":
        raise ParameterError(
            f"Parameters were given for a notebook in {language}, but only those in Python can"
            " be given any. Run it without, or set them in the notebook."
        )
    lines = [f"{name} = {python_literal(value)}" for name, value in parameters.items()]
    source = "\n".join(["# Parameters", *lines])
    cell = nbformat.v4.new_code_cell(source, metadata={"tags": [_INJECTED]})
    earlier = _tagged(notebook, _INJECTED)
    if earlier is not None:
        notebook.cells[earlier] = cell
        return
    defaults = _tagged(notebook, _DEFAULTS)
    notebook.cells.insert(0 if defaults is None else defaults + 1, cell)


def _tagged(notebook: nbformat.NotebookNode, tag: str) -> int | None:
    tagged = (i for i, cell in enumerate(notebook.cells) if tag in cell.metadata.get("tags", ()))
    return next(tagged, None)


def _language(notebook: nbformat.NotebookNode) -> str:
    """Return the notebook's language in lower case; one that says none is in Python."""
    said = notebook.metadata.get("kernelspec", {}).get("language") or notebook.metadata.get(
        "language_info", {}
    ).get("name")
    return str(said or "python").lower()
