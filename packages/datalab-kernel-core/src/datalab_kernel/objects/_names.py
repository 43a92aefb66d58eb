"""What a name may be, how patterns match, and what somebody may have meant.

Pure text: nothing here knows a workspace.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from typing import TYPE_CHECKING

from datalab_kernel.errors import InvalidNameError, ObjectNotFoundError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

MAX_LENGTH = 1000
_SHOWN = 8


def check_name(name: object) -> str:
    """Return a name that is fit for an object, as it is: nothing is stripped.

    Raises
    ------
    TypeError
        If it isn't text.
    InvalidNameError
        If it is empty, blank, longer than 1,000 characters, or has a control
        character or half of a surrogate pair in it.

    Examples
    --------
    >>> check_name("a/b")
    'a/b'
    """
    if not isinstance(name, str):
        found = type(name).__name__
        message = f"An object's name must be text, not {found}. Give a name such as 'sine'."
        raise TypeError(message)
    reason = _why_invalid(name)
    if reason:
        shown = repr(name if len(name) <= 60 else name[:60] + "…")  # noqa: PLR2004 - a line's worth
        message = (
            f"{shown} can't name an object: {reason}. Give 1 to {MAX_LENGTH:,} visible characters."
        )
        raise InvalidNameError(message, name=name)
    return name


def _why_invalid(name: str) -> str:
    if not name:
        return "it is empty"
    if len(name) > MAX_LENGTH:
        return f"it has {len(name):,} characters"
    if name.isspace():
        return "it is blank"
    if name.isascii() and name.isprintable():
        return ""
    for place, char in enumerate(name):
        if unicodedata.category(char) in ("Cc", "Cs"):
            return f"the character {char!r} at position {place} is not text"
    return ""


def make_valid(title: str, default: str = "untitled") -> str:
    r"""Make a name of a title that came from elsewhere, changing as little as possible.

    Examples
    --------
    >>> make_valid("a\nb"), make_valid("  ")
    ('a b', 'untitled')
    """
    if title.isascii() and title.isprintable():
        text = title
    else:
        text = "".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in title)
    text = text[:MAX_LENGTH]
    return text if text.strip() else default


def make_unique(name: str, taken: Collection[str]) -> str:
    """Return the name, with `` (2)`` or the next free number if it is taken.

    Examples
    --------
    >>> make_unique("a", {"a", "a (2)"})
    'a (3)'
    """
    if name not in taken:
        return name
    number = 2
    while (candidate := numbered(name, number)) in taken:
        number += 1
    return candidate


def numbered(name: str, number: int) -> str:
    """Return the name with a number after it, not longer than a name may be.

    Examples
    --------
    >>> numbered("a", 2)
    'a (2)'
    """
    return _with_suffix(name, f" ({number})")


def _with_suffix(name: str, suffix: str) -> str:
    return name[: MAX_LENGTH - len(suffix)] + suffix


def has_wildcard(text: str) -> bool:
    """Say whether a text can be a pattern.

    Examples
    --------
    >>> has_wildcard("img*"), has_wildcard("img[1]")
    (True, False)
    """
    return "*" in text or "?" in text


def match(pattern: str, names: Iterable[str]) -> list[str]:
    """Return the names that a pattern matches, in their order.

    Only ``*`` (any characters) and ``?`` (one character) are special; case matters.

    Examples
    --------
    >>> match("s?", ["s1", "S1", "s[", "s12"])
    ['s1', 's[']
    """
    special = {"*": ".*", "?": "."}
    regex = re.compile("".join(special.get(c) or re.escape(c) for c in pattern), re.DOTALL)
    return [name for name in names if regex.fullmatch(name)]


def closest(name: str, names: Collection[str]) -> list[str]:
    """Return up to three names that somebody may have meant, nearest first."""
    by_folded: dict[str, str] = {}
    for known in names:
        by_folded.setdefault(known.casefold(), known)
    found = difflib.get_close_matches(name.casefold(), by_folded, n=3)
    return [by_folded[text] for text in found]


def not_found(
    name: str, names: Collection[str], where: str = "the workspace"
) -> ObjectNotFoundError:
    """Build the error for a name that nothing has, with what is there."""
    suggestions = closest(name, names)
    parts = [f"{name!r} not found in {where}."]
    if suggestions:
        parts.append(f"Did you mean {' or '.join(map(repr, suggestions))}?")
    parts.append(
        f"Available: {enumerate_names(names)}." if names else f"There is nothing in {where}."
    )
    if has_wildcard(name):
        parts.append(f"workspace.list({name!r}) gives the names that a pattern matches.")
    return ObjectNotFoundError(
        " ".join(parts), name=name, suggestions=suggestions, available=list(names)
    )


def enumerate_names(names: Collection[str]) -> str:
    """Write the first few of many names in a line.

    Examples
    --------
    >>> enumerate_names(["a", "b"])
    "'a', 'b'"
    """
    shown = [repr(name) for name, _ in zip(names, range(_SHOWN), strict=False)]
    rest = len(names) - len(shown)
    return ", ".join(shown) + (f" and {rest:,} more" if rest else "")


def count_objects(number: int) -> str:
    """Write a number of objects.

    Examples
    --------
    >>> count_objects(1), count_objects(2000)
    ('1 object', '2,000 objects')
    """
    return f"{number:,} object{'' if number == 1 else 's'}"


def names_of(titles: Iterable[str], taken: Collection[str] = ()) -> list[str]:
    """Return a name for each title: itself where that is valid and free, else the nearest.

    Examples
    --------
    >>> names_of(["a", "b", "a", ""])
    ['a', 'b', 'a (2)', 'untitled']
    """
    names: list[str] = []
    used = {*taken}
    for title in titles:
        name = make_unique(make_valid(title), used)
        used.add(name)
        names.append(name)
    return names
