"""What was computed by operators, as a text that people would type, with names in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Formula", "Named", "constant", "named", "written"]

_SIGNS = {
    "add": "{} + {}",
    "subtract": "{} - {}",
    "multiply": "{} * {}",
    "divide": "{} / {}",
    "power": "{} ** {}",
    "negative": "-{}",
    "positive": "+{}",
    "absolute": "abs({})",
}


@dataclass(frozen=True, slots=True)
class Named:
    """An object of a workspace: its name, and the identifier that the history has for it."""

    name: str
    uuid: str


@dataclass(frozen=True, slots=True)
class Formula:
    """Texts and objects, in order; ``is_closed`` says that no brackets are needed around it."""

    parts: tuple[str | Named, ...]
    is_closed: bool = True

    @property
    def sources(self) -> tuple[Named, ...]:
        """The objects in it, each once."""
        return tuple(dict.fromkeys(part for part in self.parts if isinstance(part, Named)))

    @property
    def template(self) -> str:
        """The text with ``{0}``, ``{1}``, … for the sources, as ``str.format`` takes it."""
        places = {source: f"{{{place}}}" for place, source in enumerate(self.sources)}
        return "".join(part if isinstance(part, str) else places[part] for part in self.parts)

    def __str__(self) -> str:
        """Write it with the objects' names."""
        return "".join(part if isinstance(part, str) else part.name for part in self.parts)


def named(name: str, uuid: str) -> Formula:
    """Return the formula of an object alone."""
    return Formula((Named(name, uuid),))


def constant(value: complex) -> Formula:
    """Return the formula of a number."""
    text = repr(value)
    return Formula((text,), is_closed=not text.startswith("-"))


def written(operation: str, operands: Sequence[Formula]) -> Formula:
    """Return the formula of an operation.

    Examples
    --------
    >>> a, b = named("a", ""), named("b", "")
    >>> difference = written("subtract", [a, b])
    >>> str(written("divide", [difference, b])), written("divide", [difference, b]).template
    ('(a - b) / b', '({0} - {1}) / {1}')
    >>> str(written("log10", [difference])), str(written("power", [a, constant(-2)]))
    ('np.log10(a - b)', 'a ** (-2)')
    """
    sign = _SIGNS.get(operation)
    pattern = sign or f"np.{operation}({', '.join(['{}'] * len(operands))})"
    is_call = pattern.endswith(")")
    texts = pattern.split("{}")
    parts: list[str | Named] = []
    for text, operand in zip(texts, operands, strict=False):
        needs_brackets = not (is_call or operand.is_closed)
        parts += [text, *["("] * needs_brackets, *operand.parts, *[")"] * needs_brackets]
    return Formula((*parts, texts[-1]), is_closed=is_call)
