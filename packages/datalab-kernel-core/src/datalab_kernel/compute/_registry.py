"""The functions that can be run: Sigima's, by the names that DataLab has for them, and ours."""

from __future__ import annotations

import difflib
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from datalab_kernel.compute._docstrings import summary_of
from datalab_kernel.compute._function import Function
from datalab_kernel.compute._synonyms import functions_called
from datalab_kernel.compute.own import own_functions
from datalab_kernel.errors import UnknownFunctionError
from datalab_kernel.objects import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from datalab_kernel.objects import Kind

_OTHER_NAMES: dict[tuple[Kind, str], str] = {("signal", "peak_detection"): "extract_peak_positions"}
"""Where DataLab runs another function than Sigima's of that name."""

_INTERACTIVE: dict[tuple[Kind, str], str] = {
    ("signal", "fit"): "workspace.fit(…), or gaussian_fit, sinusoidal_fit or another *_fit",
    ("signal", "polyfit"): "polynomial_fit",
    (
        "signal",
        "multigaussianfit",
    ): "gaussian_fit on each region of interest that roi_extraction gives",
    (
        "signal",
        "multilorentzianfit",
    ): "lorentzian_fit on each region of interest that roi_extraction gives",
}
"""What DataLab does in a dialog, and what to run instead."""

PREFIX = "compute_"
"""Of DataLab's methods, which people may type too."""
_OPERATION_ID = re.compile(r"(?:sigima|datalab_kernel)\.(signal|image)\.(\w+)")


@cache
def functions(kind: Kind) -> Mapping[str, Function]:
    """Return the functions for signals or images by name, in alphabetical order.

    Sigima's come before ours of the same name.

    Examples
    --------
    >>> functions("signal")["fft"].pattern
    '1-to-1'
    """
    from sigima.proc.contracts import build_contract_registry

    contracts = [c for c in build_contract_registry().contracts if c.inputs[0].kind == kind]
    found = [*own_functions(kind), *(_function(contract, kind) for contract in contracts)]
    return {function.name: function for function in sorted(found, key=lambda f: f.name)}


def _function(contract: Any, kind: Kind) -> Function:
    specification = contract.parameters[0] if contract.parameters else None
    name = contract.operation_id.rpartition(".")[2]
    return Function(
        name=name,
        kind=kind,
        pattern="1-to-n" if name == "extract_roi" else contract.pattern.replace("_", "-"),
        summary=summary_of(contract.function),
        call=contract.function,
        paramclass=specification.paramclass if specification else None,
        takes_list=specification is not None and specification.container != "single",
        aligns_x=contract.x_alignment is not None,
    )


def find(name: object, kind: Kind) -> Function:
    """Return the function that DataLab runs by this name for signals or images.

    Parameters
    ----------
    name
        DataLab's name, or Sigima's identifier such as ``"sigima.signal.peak_detection"``,
        which is always Sigima's own function.
    kind
        What it is to run on.

    Raises
    ------
    UnknownFunctionError
        If there is none; it lists the nearest, or says what to run instead of a dialog.

    Examples
    --------
    >>> find("peak_detection", "signal").name
    'extract_peak_positions'
    """
    if not isinstance(name, str):
        message = f"A function's name must be text, not {type(name).__name__}."
        raise UnknownFunctionError(message, function=name, suggestions=[])
    known = functions(kind)
    if own := _OPERATION_ID.fullmatch(name):
        if own[1] == kind and own[2] in known:
            return known[own[2]]
        raise _unknown(name, own[2], kind)
    plain = name.removeprefix(PREFIX)
    plain = _OTHER_NAMES.get((kind, plain), plain)
    if plain in known:
        return known[plain]
    if (kind, plain) in _INTERACTIVE:
        raise _dialog(name, _INTERACTIVE[kind, plain])
    raise _unknown(name, plain, kind)


def _unknown(name: str, plain: str, kind: Kind) -> UnknownFunctionError:
    other = next(other for other in KINDS if other != kind)
    parts = [f"There is no function {name!r} for {kind}s."]
    suggestions = _nearest(plain, [kind])
    if plain in functions(other):
        parts.append(f"There is one for {other}s.")
    elif not suggestions and (suggestions := _nearest(plain, [other])):
        parts.append(f"There are some for {other}s.")
    return _error(name, parts, suggestions)


def filed_as(function: str) -> set[str]:
    """Return the names under which the results of a function are kept.

    Examples
    --------
    >>> sorted(filed_as("peak_detection"))
    ['extract_peak_positions', 'peak_detection']
    """
    return {function, *(own for (_, name), own in _OTHER_NAMES.items() if name == function)}


def unknown_anywhere(name: str) -> UnknownFunctionError:
    """Return the error for a name that is no function's, of signals or of images."""
    plain = name.removeprefix(PREFIX)
    for kind in KINDS:
        if (kind, plain) in _INTERACTIVE:
            return _dialog(name, _INTERACTIVE[kind, plain])
    return _error(name, [f"There is no function {name!r}."], _nearest(plain, KINDS))


def _dialog(name: str, instead: str) -> UnknownFunctionError:
    message = f"{name!r} is a dialog in DataLab, which a notebook can't answer. Run {instead}."
    return UnknownFunctionError(message, function=name, suggestions=[instead])


def _nearest(plain: str, kinds: Sequence[Kind]) -> list[str]:
    from datalab_kernel.compute._several import SEVERAL

    known = dict.fromkeys(text for kind in kinds for text in functions(kind))
    known.update((text, None) for text, one in SEVERAL.items() if {*kinds} & {*one.kinds})
    found = [name for name in functions_called(plain) if name in known][:5]
    found += [
        name
        for name in difflib.get_close_matches(plain, known, n=5, cutoff=0.5)
        if name not in found
    ]
    return found + [text for text in known if plain in text and text not in found][:5]


def _error(name: str, parts: Sequence[str], suggestions: list[str]) -> UnknownFunctionError:
    hint = [f"Did you mean {' or '.join(map(repr, suggestions))}?"] if suggestions else []
    message = " ".join([*parts, *hint, "workspace.functions() lists all."])
    return UnknownFunctionError(message, function=name, suggestions=suggestions)
