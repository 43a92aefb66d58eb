"""What a package holds that isn't imported yet, read from its files, so that Tab answers at once.

A test compares it with what there is after the import.
"""

from __future__ import annotations

import ast
import pkgutil
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["names_in"]


def names_in(dotted: str) -> dict[str, str]:
    """Return the public names of a package or module, and what each is, as far as files tell.

    Parameters
    ----------
    dotted
        A package's name, and parts of it: ``sigima.proc.signal``.

    Returns
    -------
    dict
        Nothing if it isn't found, or not as Python source.

    Examples
    --------
    >>> names_in("json")["decoder"], names_in("json")["dumps"], names_in("json.decoder")["JSONDecoder"]
    ('module', 'function', 'class')
    """
    root, *parts = dotted.split(".")
    spec = find_spec(root)
    folders = spec.submodule_search_locations if spec is not None else None
    for folder in folders or ():
        place = Path(folder, *parts)
        package, module = place / "__init__.py", place.with_suffix(".py")
        if package.is_file():
            submodules = {found.name: "module" for found in pkgutil.iter_modules([str(place)])}
            return _public({**submodules, **dict(_names_in_source(package))})
        if parts and module.is_file():
            return _public(dict(_names_in_source(module)))
    return {}


def _public(names: dict[str, str]) -> dict[str, str]:
    return {name: kind for name, kind in names.items() if name[0] != "_" and name != "tests"}


def _names_in_source(path: Path) -> Iterator[tuple[str, str]]:
    for node in ast.parse(path.read_bytes()).body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield node.name, "function"
            case ast.ClassDef():
                yield node.name, "class"
            case ast.Import():
                names = (alias.asname or alias.name.partition(".")[0] for alias in node.names)
                yield from ((name, "module") for name in names)
            case ast.ImportFrom():
                for alias in node.names:
                    name = alias.asname or alias.name
                    yield name, "module" if node.module is None else _kind_by_name(name)
            case ast.Assign():
                targets = (target for target in node.targets if isinstance(target, ast.Name))
                yield from ((target.id, "instance") for target in targets)


def _kind_by_name(name: str) -> str:
    if name.isupper():
        return "instance"
    return "class" if name[0].isupper() else "function"
