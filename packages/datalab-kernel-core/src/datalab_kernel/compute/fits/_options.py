"""What was asked of a fit: the model, start values, bounds, and what is fixed or tied."""

from __future__ import annotations

import difflib
import inspect
import json
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType

    from datalab_kernel.compute.fits._models import Model

Bound = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class FitOptions:
    """What a fit is given, as a plain value.

    ``model`` is a text, or the name of ``function``, whose code is ``source`` where that is
    known. ``fixed`` has the value that a parameter keeps, the expression that it is tied to
    others by, or None: it keeps its start value.
    """

    model: str
    p0: Mapping[str, float] = field(default_factory=dict)
    bounds: Mapping[str, Bound] = field(default_factory=dict)
    fixed: Mapping[str, float | str | None] = field(default_factory=dict)
    function: Callable[..., Any] | None = None
    source: str = ""

    @property
    def values(self) -> dict[str, Any]:
        """What was given, as plain values."""
        given: dict[str, Any] = {
            "model": self.model,
            "p0": dict(self.p0),
            "bounds": {name: list(bound) for name, bound in self.bounds.items()},
            "fixed": dict(self.fixed),
            "source": self.source,
        }
        given["is_function"] = self.function is not None
        return {name: value for name, value in given.items() if value}

    def to_json(self) -> str:
        """Write it as text, for the history."""
        return json.dumps(self.values, sort_keys=True)


def options_of(model: Any, known: Model, p0: Any, bounds: Any, fixed: Any) -> FitOptions:
    """Check what somebody gave.

    Parameters
    ----------
    model
        As it was given.
    known
        What it stands for.
    p0, bounds, fixed
        As :meth:`Workspace.fit` takes them.

    Raises
    ------
    ParameterError
        If a parameter isn't the model's, or a value can't be.
    """
    is_function = callable(model)
    checked = _Checked(known)
    starts, ends, kept = checked.starts(p0), checked.bounds(bounds), checked.fixed(fixed)
    checked.check_within(starts, kept, ends)
    return FitOptions(
        model=known.title if is_function else model,
        p0=starts,
        bounds=ends,
        fixed=kept,
        function=model if is_function else None,
        source=_source_of(model) if is_function else "",
    )


def _source_of(function: Callable[..., Any]) -> str:
    """Return the code of a function that stands for itself; empty, if it isn't known."""
    code = getattr(function, "__code__", None)
    return "" if code is None else _text_of(code)


@lru_cache(maxsize=32)
def _text_of(code: CodeType) -> str:
    """Return the text of a ``def``; fits in a loop ask for it again and again."""
    try:
        source = textwrap.dedent(inspect.getsource(code))
    except (OSError, TypeError):
        return ""
    return source.rstrip() if source.startswith("def ") else ""


class _Checked:
    """Checks what is given for the parameters of a model."""

    def __init__(self, model: Model) -> None:
        self._names = model.parameters
        self._bound_of = model.bound_of

    def _error(self, problem: str) -> ParameterError:
        return ParameterError(
            f"fit can't run: {problem}. The model has the parameters {', '.join(self._names)}.",
            function="fit",
            problems=[problem],
            parameters=[*self._names],
        )

    def _known(self, what: str, given: Any) -> dict[str, Any]:
        if given is None:
            return {}
        if not isinstance(given, Mapping):
            message = f"{what} must be a dict by the parameters' names, not {given!r:.80}"
            raise self._error(message)
        for name in given:
            if name not in self._names:
                near = difflib.get_close_matches(str(name), self._names, n=2)
                hint = f" (did you mean {' or '.join(near)}?)" if near else ""
                raise self._error(f"{what} has {name!r}, which is no parameter{hint}")
        return dict(given)

    def _number(self, what: str, value: Any) -> float:
        is_number = isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
        if not is_number or np.isnan(value):
            raise self._error(f"{what} must be a number, not {value!r:.80}")
        return float(value)

    def _finite(self, what: str, value: Any) -> float:
        number = self._number(what, value)
        if not np.isfinite(number):
            raise self._error(f"{what} must be finite, not {number:g}")
        return number

    def check_within(
        self,
        starts: Mapping[str, float],
        kept: Mapping[str, float | str | None],
        bounds: Mapping[str, Bound],
    ) -> None:
        """Check that start values and fixed ones are within the bounds."""
        given = [(f"p0 of {name}", name, value) for name, value in starts.items()]
        given += [
            (f"fixed {name}", name, value)
            for name, value in kept.items()
            if isinstance(value, float)
        ]
        for what, name, value in given:
            low, high = self._bound_of(name, bounds)
            if low is not None and value < low:
                raise self._error(f"{what} is {value:g}, less than its bound, {low:g}")
            if high is not None and value > high:
                raise self._error(f"{what} is {value:g}, more than its bound, {high:g}")

    def starts(self, given: Any) -> dict[str, float]:
        """Check start values: by name, or one for each parameter in their order."""
        if isinstance(given, (Sequence, np.ndarray)) and not isinstance(given, str):
            if len(given) != len(self._names):
                message = f"p0 has {len(given)} values for {len(self._names)} parameters"
                raise self._error(message)
            given = dict(zip(self._names, given, strict=True))
        return {
            name: self._finite(f"p0 of {name}", value)
            for name, value in self._known("p0", given).items()
        }

    def bounds(self, given: Any) -> dict[str, Bound]:
        """Check bounds; None and infinity leave an end open."""
        found: dict[str, Bound] = {}
        for name, value in self._known("bounds", given).items():
            if not isinstance(value, (Sequence, np.ndarray)) or len(value) != 2:  # noqa: PLR2004 - two ends
                raise self._error(f"bounds of {name} must be two numbers, not {value!r:.80}")
            low, high = (self._end(name, end) for end in value)
            if low is not None and high is not None and not low < high:
                raise self._error(f"bounds of {name} must rise, not {low:g} to {high:g}")
            if low is not None or high is not None:
                found[name] = (low, high)
        return found

    def _end(self, name: str, value: Any) -> float | None:
        if value is None:
            return None
        number = self._number(f"each bound of {name}", value)
        return number if np.isfinite(number) else None

    def fixed(self, given: Any) -> dict[str, float | str | None]:
        """Check what is fixed: by name, or a list of what keeps its start value."""
        if isinstance(given, str):
            given = [given]
        if isinstance(given, (Sequence, set, frozenset)):
            given = dict.fromkeys(given)
        return {
            name: value
            if value is None or isinstance(value, str)
            else self._finite(f"fixed {name}", value)
            for name, value in self._known("fixed", given).items()
        }
