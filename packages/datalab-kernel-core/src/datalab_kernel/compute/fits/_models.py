"""What can be fitted: named shapes and their sums, expressions, and functions."""

from __future__ import annotations

import ast
import difflib
import inspect
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from datalab_kernel.compute.fits._shapes import Shape, shapes, without_offset
from datalab_kernel.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from types import CodeType

Array = np.ndarray[Any, Any]
_NAMES = re.compile(r"\s*\w+\s*(\+\s*\w+\s*)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A shape in a model; ``prefix`` is what its parameters' names begin with there."""

    shape: Shape
    prefix: str = ""

    @property
    def parameters(self) -> tuple[str, ...]:
        """Its parameters, as the model names them."""
        return tuple(self.prefix + name for name in self.shape.parameters)

    def draw(self, x: Array, values: Mapping[str, float]) -> Array:
        """Draw it with the values of the model's parameters."""
        return self.shape.call(x, *(values[name] for name in self.parameters))


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A curve with parameters.

    ``draw(x, values)`` gives it for values by name. ``starts`` are start values that the model
    itself brings; ``positive``, ``held`` and ``derived`` are :class:`Shape`'s. ``parts`` are what
    it is a sum of; there are none where nothing is known of it.
    """

    title: str
    parameters: tuple[str, ...]
    draw: Callable[[Array, Mapping[str, float]], Array]
    starts: Mapping[str, float] = field(default_factory=dict)
    positive: frozenset[str] = frozenset()
    held: Mapping[str, float | None] = field(default_factory=dict)
    derived: Mapping[str, tuple[str, float, int]] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()

    def bound_of(
        self, name: str, given: Mapping[str, tuple[float | None, float | None]]
    ) -> tuple[float | None, float | None]:
        """Return the least and the greatest value of a parameter, as given or by what it is."""
        return given.get(name, (0.0 if name in self.positive else None, None))


def model_of(given: str | Callable[..., Any]) -> Model:
    """Return the model that a text or a function stands for.

    Raises
    ------
    ParameterError
        If there is none of that name, the expression can't be read, or the function has no
        parameters.

    Examples
    --------
    >>> model_of("gaussian+gaussian").parameters[:3]
    ('gaussian1_amplitude', 'gaussian1_sigma', 'gaussian1_x0')
    """
    if callable(given):
        return _of_function(given)
    if not isinstance(given, str):
        raise _error(f"a model is a text or a function, not {given!r:.80}")
    if _NAMES.fullmatch(given):
        return _of_names([name.strip() for name in given.split("+")])
    return _of_expression(given)


def _error(problem: str, parameters: Sequence[str] = ()) -> ParameterError:
    return ParameterError(
        f"fit can't run: {problem}.",
        function="fit",
        problems=[problem],
        parameters=[*parameters],
    )


# -- by name ------------------------------------------------------------------------------


def _of_names(names: Sequence[str]) -> Model:
    known = shapes()
    for name in names:
        if name not in known:
            raise _unknown(name)
    found = [known[name] for name in names]
    if len(found) == 1:
        return _sum_of([Part(shape=found[0])], names[0])
    backgrounds = [shape.name for shape in found if shape.is_background]
    if len(backgrounds) > 1:
        told = " and ".join(backgrounds)
        raise _error(f"{told} can't be told apart in a sum, which has one offset: name one of them")
    counts, seen = Counter(names), Counter[str]()
    parts = []
    for shape in found:
        seen[shape.name] += 1
        number = str(seen[shape.name]) if counts[shape.name] > 1 else ""
        kept = shape if shape.is_background else without_offset(shape)
        parts.append(Part(shape=kept, prefix=f"{shape.name}{number}_"))
    if not backgrounds and any(shape.offset for shape in found):
        parts.append(Part(shape=known["constant"]))
    return _sum_of(parts, "+".join(names))


def _hint(name: str, known: Iterable[str]) -> str:
    """Say what was meant, if something is near."""
    near = difflib.get_close_matches(name, [*known], n=2)
    return f" (did you mean {' or '.join(map(repr, near))}?)" if near else ""


def _unknown(name: str) -> ParameterError:
    known = shapes()
    return _error(
        f"there is no model {name!r}{_hint(name, known)}. Models are {', '.join(known)}, sums of these such as "
        "'gaussian+gaussian+linear', an expression of x such as 'a*exp(-x/tau)+c', or a function "
        "f(x, a, b=1.0)",
        [*known],
    )


def _sum_of(parts: Sequence[Part], title: str) -> Model:
    return Model(
        title=title,
        parameters=tuple(name for part in parts for name in part.parameters),
        draw=partial(_drawn, tuple(parts)),
        positive=frozenset(part.prefix + name for part in parts for name in part.shape.positive),
        held={
            part.prefix + name: value for part in parts for name, value in part.shape.held.items()
        },
        derived={
            part.prefix + name: (part.prefix + of, factor, power)
            for part in parts
            for name, (of, factor, power) in part.shape.derived.items()
        },
        parts=tuple(parts),
    )


def _drawn(parts: Sequence[Part], x: Array, values: Mapping[str, float]) -> Array:
    first, *rest = (part.draw(x, values) for part in parts)
    for one in rest:
        first = first + one
    return first


_ARITHMETIC = (
    *(ast.Expression, ast.BinOp, ast.UnaryOp, ast.Call, ast.Name, ast.Constant, ast.Load),
    *(ast.operator, ast.unaryop),
)
"""What an expression may be made of to be compiled."""


# -- by an expression or a function -------------------------------------------------------


def _of_expression(text: str) -> Model:
    return _of_arithmetic(text) or _of_lmfit(text)[0]


@lru_cache(maxsize=32)
def _of_arithmetic(text: str) -> Model | None:
    """Return a model that is compiled; None for what only lmfit's interpreter can evaluate.

    Compiled, an expression has no state: one model serves all threads.
    """
    model, read = _of_lmfit(text)
    draw = _compiled(read, text)
    return None if draw is None else replace(model, draw=draw)


def _of_lmfit(text: str) -> tuple[Model, Any]:
    """Return a model that an interpreter of its own evaluates, and lmfit's model that has this."""
    from lmfit.models import ExpressionModel

    if not re.search(r"\bx\b", text):
        raise _error(f"the expression {text!r} has no x in it")
    try:
        model = ExpressionModel(text)
    except (SyntaxError, ValueError) as error:
        reason = f": {error}" if str(error) else ""
        raise _error(f"the expression {text!r} can't be read{reason}") from error
    _check_operations(text, model.asteval.symtable)
    if not model.param_names:
        raise _error(f"the expression {text!r} has no parameters")
    names = tuple(model.param_names)
    return Model(title=text, parameters=names, draw=partial(_evaluated, model)), model


def _check_operations(text: str, known: Mapping[str, Any]) -> None:
    """Refuse what would fail at each value of the parameters: ``x^2``, ``np.exp(x)``, ``foo(x)``."""
    for node in ast.walk(ast.parse(text.strip())):
        if isinstance(node, ast.BitXor):
            raise _error(f"the expression {text!r} has ^ in it, which isn't a power: write **")
        if isinstance(node, ast.Attribute):
            written = ast.unparse(node)
            raise _error(
                f"the expression {text!r} has {written!r} in it. NumPy's functions go by their names "
                f"alone there: {node.attr}(…)"
            )
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            name = node.func.id
            if name not in known:
                functions = [name for name, one in known.items() if isinstance(one, np.ufunc)]
                raise _error(
                    f"the expression {text!r} calls {name!r}, which is no function of "
                    f"NumPy's{_hint(name, functions)}. "
                    "A function of your own is fitted as it is: f(x, a, b=1.0)"
                )


def _compiled(model: Any, text: str) -> Callable[..., Array] | None:
    """Return what evaluates an expression as lmfit's interpreter does, and faster.

    None for what has more in it than arithmetic and functions of numpy, called by name.
    """
    tree = ast.parse(text.strip(), mode="eval")
    if not all(isinstance(node, _ARITHMETIC) for node in ast.walk(tree)):
        return None
    functions = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    if not all(isinstance(function, ast.Name) for function in functions):
        return None
    known = {
        node.id: model.asteval.symtable[node.id]
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id in model.asteval.symtable
    }
    called = {function.id for function in functions if isinstance(function, ast.Name)}
    if not all(isinstance(known.get(name), np.ufunc) for name in called):
        return None
    return partial(_run, compile(tree, "<model>", "eval"), known)


def _run(code: CodeType, known: Mapping[str, Any], x: Array, values: Mapping[str, float]) -> Array:
    names = {"__builtins__": {}, **known, **values, "x": x}
    return np.asarray(eval(code, names), dtype=float)  # noqa: S307 - of arithmetic and ufuncs only


def _evaluated(model: Any, x: Array, values: Mapping[str, float]) -> Array:
    model.asteval.error = []  # after one error it would evaluate nothing any more
    return np.asarray(model.func(x=x, **values), dtype=float)


def _of_function(function: Callable[..., Any]) -> Model:
    name = getattr(function, "__name__", type(function).__name__)
    try:
        first, *rest = inspect.signature(function).parameters.values()
    except ValueError as error:
        raise _error(f"{name} has no x that it is a function of: f(x, a, b=1.0)") from error
    fixed_kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    if first.kind is inspect.Parameter.VAR_POSITIONAL or any(
        one.kind not in fixed_kinds for one in rest
    ):
        raise _error(f"{name} must name its parameters: f(x, a, b=1.0), without *args and **kwargs")
    varied = [one for one in rest if one.default is one.empty or _is_number(one.default)]
    if not varied:
        raise _error(f"{name} has no parameters but x: f(x, a, b=1.0)")
    return Model(
        title="function" if name == "<lambda>" else name,
        parameters=tuple(one.name for one in varied),
        draw=partial(_applied, function),
        starts={one.name: float(one.default) for one in varied if one.default is not one.empty},
    )


def _applied(function: Callable[..., Any], x: Array, values: Mapping[str, float]) -> Array:
    found = np.asarray(function(x, **values))
    if found.dtype.kind == "c":
        message = "the model's values are complex. Give their real part or their modulus"
        raise TypeError(message)
    if found.ndim and found.shape != x.shape:
        message = f"the model has values of shape {found.shape} where x has {x.shape}"
        raise TypeError(message)
    return found if found.ndim else np.full(x.shape, found)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
