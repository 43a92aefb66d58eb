"""The same cases computed here, and what differs from what DataLab made of them."""

import re
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from sigima.proc.contracts import build_contract_registry

from datalab_kernel import Workspace
from datalab_kernel.compute._result_units import CUTS, PROFILES, SPECTRA, TRANSFORMS
from datalab_kernel.compute._several import SEVERAL
from datalab_kernel.errors import DataLabKernelError
from datalab_kernel.notes import NOTES_KEY
from datalab_kernel.objects._result_columns import UNITS_KEY
from datalab_kernel.units import IMAGE_RULES, SIGNAL_RULES
from support.datalab.calc_cases import Case
from support.datalab.calc_described import described
from support.datalab.calc_inputs import Objects

Outcome = Mapping[str, Any]

OURS = frozenset({"metadata[__datalab_kernel]", f"metadata[{NOTES_KEY}]"})
"""Names of sources, versions, and where a result misleads, which DataLab doesn't note."""

UNITS = frozenset({"xunit", "yunit", "zunit"})
PLACES = frozenset(
    {
        *("x0", "y0", "dx", "dy", "is_uniform_coords", "xcoords", "ycoords", "roi"),
        *("xmin", "xmax", "xc", "width", "ymin", "ymax", "yc", "height"),
        *("xscalemin", "xscalemax", "yscalemin", "yscalemax"),
        *(f"metadata[orig_{name}]" for name in ("x0", "y0", "dx", "dy")),
    }
)
"""Where pixels are, and what lies among them."""

THEIRS = frozenset(
    f"metadata[__{option}]"
    for option in ("alpha", "alpha_function", "colormap", "curvestyle", "shade")
)
"""How a person wants to see an object in DataLab's window: written when it is drawn there."""

OWN_WORDS = {
    "signal does not contain valid fit parameters": "Signal does not contain fit parameters"
}
"""What DataLab finds out before it asks Sigima, and what Sigima says of it."""

IDENTITIES = frozenset({"metadata[__uuid]", "metadata[__number]"})


def run_here(case: Case, inputs: Objects) -> Outcome:
    """Compute a case in a workspace of ours."""
    workspace = Workspace("standalone")
    for group, names in (*case.groups, ("operands", case.operands)):
        for name in names:
            if not workspace.exists(name):
                workspace.add(name, inputs[name], group=group)
    workspace.keep_results = case.keep_results
    before = workspace.list()
    error, names = None, []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Sigima's; DataLab shows them in a dialog
            result = _calculated(workspace, case)
        names = [name for name in result.names if name not in before]
    except DataLabKernelError as exc:
        error = {"type": type(exc).__name__, "text": str(exc)}
    known = workspace._backend.describe()
    return {
        "error": error,
        "new": [{"group": known[name].group, **described(workspace[name])} for name in names],
        "inputs": {name: described(workspace[name]) for name in before},
    }


def _calculated(workspace: Workspace, case: Case) -> Any:
    param, keywords = None, {}
    if case.params == "roi":
        pass  # the object's own
    elif isinstance(case.params, list):
        param = [_as_typed(case, values) for values in case.params]
    else:
        keywords = _as_typed(case, case.params)
    if case.function == "roi_extraction":
        param = workspace[case.on[0]].roi
    operand = list(case.operands) or None
    units = {workspace[name].xunit + workspace[name].yunit for name in (*case.on, *case.operands)}
    if len(units) > 1:  # DataLab computes with the numbers
        keywords = {**keywords, "units": "as they are"}
    return workspace.calc(case.function, param, on=case.on, operand=operand, **keywords)


def _as_typed(case: Case, values: Mapping[str, Any]) -> dict[str, Any]:
    """Give choices as a person types them: an enumeration's member by its text."""
    contract = next(
        (c for c in build_contract_registry().contracts if c.operation_id == case.function), None
    )
    if contract is None or not values:
        return dict(values)
    items = {item.get_name(): item for item in contract.parameters[0].paramclass().get_items()}
    typed = {}
    for name, value in values.items():
        enum = getattr(items[name], "_enum_cls", None)
        text = enum[value].value if enum is not None else value
        typed[name] = text if isinstance(text, str) else value
    return typed


def described_otherwise(function: str, kind: str) -> frozenset[str]:
    """Return what of a result's description isn't DataLab's: units, and axes in these units."""
    name = function.rpartition(".")[2]
    names = SEVERAL[name].functions if name in SEVERAL else (name,)
    rules = SIGNAL_RULES if kind == "signal" else IMAGE_RULES
    found = UNITS if any(one in rules for one in names) else frozenset()
    if kind == "signal" and name in TRANSFORMS:
        found |= {"roi"}
    if kind == "image" and name in SPECTRA | CUTS | {"binning", "ifft", "roi_extraction"}:
        found |= PLACES
    return found | {"xunit", "xlabel"} if kind == "image" and name in PROFILES else found


def differences(
    theirs: Outcome, ours: Outcome, left_out: frozenset[str] = frozenset()
) -> list[str]:
    """Say in what an outcome here differs from DataLab's; empty if in nothing.

    ``left_out`` are fields of new objects that aren't compared.
    """
    if theirs["error"] or ours["error"]:
        return _error_differences(theirs["error"], ours["error"])
    if len(theirs["new"]) != len(ours["new"]):
        return [f"{len(theirs['new'])} new objects in DataLab, {len(ours['new'])} here"]
    names = _names_by_identity(theirs), _names_by_identity(ours)
    found = []
    for number, pair in enumerate(zip(theirs["new"], ours["new"], strict=True)):
        first, second = _comparable(pair[0], names[0]), _comparable(pair[1], names[1])
        first["title"] = _with_names(first["title"], theirs["inputs"])
        for name in left_out:
            first.pop(name, None)
            second.pop(name, None)
        found += [f"new {number + 1}: {text}" for text in _field_differences(first, second)]
    for name, obj in theirs["inputs"].items():
        first = _comparable(obj, names[0])
        second = _comparable(ours["inputs"][name], names[1])
        found += [f"input {name!r}: {text}" for text in _field_differences(first, second)]
    return found


def _error_differences(theirs: Outcome | None, ours: Outcome | None) -> list[str]:
    if theirs is None or ours is None:
        wrong = theirs or ours
        where = "DataLab" if theirs else "here"
        return [f"fails only in {where}: {wrong['type']}: {wrong['text'][:300]}"]
    told = theirs["text"].strip().splitlines()
    if (
        told
        and OWN_WORDS.get(told[-1].partition(": ")[2], told[-1]) not in ours["text"]
        and ours["type"] == "ComputationError"
    ):
        return [f"DataLab says {theirs['text'][:200]!r}, here {ours['text'][:200]!r}"]
    return []


def _names_by_identity(outcome: Outcome) -> dict[str, str]:
    return {obj.get("metadata[__uuid]"): name for name, obj in outcome["inputs"].items()}


def _comparable(obj: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Leave out what may differ, and write identifiers as names."""
    left_out = OURS | IDENTITIES
    return {
        key: _named(_without_ours(value), names)
        for key, value in obj.items()
        if key not in left_out
    }


def _without_ours(value: Any) -> Any:
    """Leave out the notes and units of a table or geometry."""
    attributes = value.get("attrs") if isinstance(value, dict) else None
    if not isinstance(attributes, dict):
        return value
    kept = {k: v for k, v in attributes.items() if k not in {NOTES_KEY, UNITS_KEY}}
    return {**value, "attrs": kept}


def _named(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, dict) and "func_name" in value:
        value = dict(value)
        if "source_uuid" in value:
            value["source_uuid"] = names.get(value["source_uuid"], "not an input")
        if "source_uuids" in value:
            value["source_uuids"] = [
                names.get(one, "not an input") for one in value["source_uuids"]
            ]
    return value


def _with_names(title: str, inputs: Mapping[str, Mapping[str, Any]]) -> str:
    """Write names for DataLab's numbers: ``fft(s001)`` as ``fft(sine)``."""
    names = {obj.get("metadata[__number]"): name for name, obj in inputs.items()}
    return re.sub(r"\b[si](\d{3})\b", lambda match: names[int(match[1])], title)


def _field_differences(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> Iterator[str]:
    for key in [*theirs, *(key for key in ours if key not in theirs)]:
        if key not in ours and key not in THEIRS:
            yield f"{key} only in DataLab: {theirs[key]!r:.200}"
        elif key not in theirs:
            yield f"{key} only here: {ours[key]!r:.200}"
        elif key in ours and not same(theirs[key], ours[key]):
            yield f"{key}: DataLab {_short(theirs[key])}, here {_short(ours[key])}"


def _short(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype}{list(value.shape)} {value.ravel()[:4]}"
    return f"{value!r:.300}"


def same(first: Any, second: Any) -> bool:
    """Say whether two plain values are the same, arrays bit by bit."""
    if isinstance(first, np.ndarray) or isinstance(second, np.ndarray):
        return (
            isinstance(first, np.ndarray)
            and isinstance(second, np.ndarray)
            and (first.dtype, first.shape) == (second.dtype, second.shape)
            and first.tobytes() == second.tobytes()
        )
    if isinstance(first, dict) and isinstance(second, dict):
        return first.keys() == second.keys() and all(same(first[k], second[k]) for k in first)
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(map(same, first, second))
    if isinstance(first, (float, complex)) and isinstance(second, type(first)):
        return first == second or bool(np.isnan(first) and np.isnan(second))
    return type(first) is type(second) and bool(first == second)
