"""Texts that are too long: their middle is left out. Pure."""

from __future__ import annotations


def shortened(text: str, letters: int) -> str:
    """Leave out the middle of a text that is longer than so many letters; not of mathematics.

    Examples
    --------
    >>> shortened("moving_average(sine)", 11)
    'movin…sine)'
    """
    if len(text) <= letters or "$" in text.replace(r"\$", ""):
        return text
    return without_middle(text, max(letters - 1, 2))


def without_middle(text: str, letters: int) -> str:
    """Return the beginning and the end of a text, so many letters in all.

    Examples
    --------
    >>> without_middle("moving_average(sine)", 5)
    'mov…e)'
    """
    behind = letters // 2
    return f"{text[: letters - behind]}\N{HORIZONTAL ELLIPSIS}{text[len(text) - behind :]}"
