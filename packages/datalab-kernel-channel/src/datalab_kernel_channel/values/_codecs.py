"""Types that travel by name: those registered, and Sigima's, whose module is imported when one comes."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Codec", "codec_for", "codec_named", "register_codec"]

T = TypeVar("T")

SIGIMA = "datalab_kernel_channel.values._sigima"
_KNOWN_CLASSES = {
    "sigima.objects.signal.object.SignalObj": SIGIMA,
    "sigima.objects.image.object.ImageObj": SIGIMA,
}
"""Modules that register the codec of a class, by its qualified name."""
_KNOWN_NAMES = {"sigima.signal": SIGIMA, "sigima.image": SIGIMA}


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """How one type travels."""

    name: str
    to_wire: Callable[[Any], Any]
    from_wire: Callable[[Any], Any]


_by_class: dict[type, Codec] = {}
_by_name: dict[str, Codec] = {}


def register_codec(
    cls: type[T], name: str, to_wire: Callable[[T], Any], from_wire: Callable[[Any], T]
) -> None:
    """Let values of a class, and of its subclasses, travel between kernel and page.

    Parameters
    ----------
    cls
        The class.
    name
        Its name on the wire; the page gets what `to_wire` returns, and what it sends back
        comes through `from_wire`.
    to_wire
        Turns a value into one that travels already: numbers, text, lists, dicts, arrays.
    from_wire
        Turns that back into a value of the class.

    Raises
    ------
    ValueError
        If the name is blank, or another class has it.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from datalab_kernel_channel import register_codec
    >>> register_codec(Fraction, "fraction", lambda f: [f.numerator, f.denominator], lambda v: Fraction(*v))
    """
    if not name:
        raise ValueError("A codec needs a name on the wire; got a blank one.")
    others = [
        known.__name__
        for known, codec in _by_class.items()
        if codec.name == name and known is not cls
    ]
    if others:
        raise ValueError(f"The wire's name {name!r} is that of {others[0]}; choose another one.")
    codec = Codec(name=name, to_wire=to_wire, from_wire=from_wire)
    _by_class[cls] = _by_name[name] = codec


def codec_for(cls: type) -> Codec | None:
    """Return the codec of a class or of its nearest base that has one."""
    for base in cls.__mro__:
        if base in _by_class:
            return _by_class[base]
        module = _KNOWN_CLASSES.get(f"{base.__module__}.{base.__qualname__}")
        if module is not None:
            import_module(module)
            return _by_class[base]
    return None


def codec_named(name: str) -> Codec | None:
    """Return the codec of that name on the wire."""
    if name not in _by_name and name in _KNOWN_NAMES:
        import_module(_KNOWN_NAMES[name])
    return _by_name.get(name)
