"""How well text can be read: the contrast of its colour with what is behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator

__all__ = ["contrast", "lowest_contrast"]

COLOURS = """root => {
  const pen = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const paint = colours => {
    pen.fillStyle = '#fff';
    for (const colour of ['#fff', ...colours]) { pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1); }
    return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const behind = element => {
    const layers = [];
    for (let at = element; at; at = at.parentElement)
      layers.unshift(getComputedStyle(at).backgroundColor);
    return layers;
  };
  const holds = element => [...element.childNodes].some(
    node => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
  return [root, ...root.querySelectorAll('*')].filter(holds).map(element => {
    const layers = behind(element);
    return [paint([...layers, getComputedStyle(element).color]), paint(layers)];
  });
}"""


def lowest_contrast(element: Locator) -> float:
    """Return the lowest contrast of any text in an element, as the browser computes its colours.

    Raises
    ------
    ValueError
        If the element holds no text.
    """
    pairs: list[list[list[int]]] = element.evaluate(COLOURS)
    if not pairs:
        msg = "An element's text was to be judged, but it holds none; choose another"
        raise ValueError(msg)
    return min(contrast(text, ground) for text, ground in pairs)


def contrast(one: list[int], other: list[int]) -> float:
    """Return the contrast ratio of two sRGB colours, from 1 to 21.

    Examples
    --------
    >>> round(contrast([0, 0, 0], [255, 255, 255]), 2)
    21.0
    >>> contrast([90, 90, 90], [90, 90, 90])
    1.0

    References
    ----------
    W3C, Web Content Accessibility Guidelines 2.2, "contrast ratio" and "relative luminance".
    """
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(colour: list[int]) -> float:
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004
