r"""From matplotlib's texts (``$…$`` is mathematics) to the few HTML tags that plotly knows. Pure."""

from __future__ import annotations

import html
import re

MATHEMATICS = re.compile(r"(?<!\\)\$(.+?)(?<!\\)\$")
COMMAND = re.compile(r"\\(?:mathrm|mathbf|mathit|text|rm|it|bf)\s*\{([^{}]*)\}")
SCRIPT = re.compile(r"([_^])(?:\{([^{}]*)\}|(\\?\w))")
LETTER = re.compile(r"\\([A-Za-z]+)")
TAGS = {"_": "sub", "^": "sup"}


def to_html(text: str) -> str:
    r"""Write a text for plotly; what isn't known of mathematics stays as it is written.

    Examples
    --------
    >>> to_html(r"costs 5 \$ < 6 \$"), to_html(r"$\mu_{0}$ in m$^2$")
    ('costs 5 $ &lt; 6 $', 'μ<sub>0</sub> in m<sup>2</sup>')
    """
    parts = []
    end = 0
    for found in MATHEMATICS.finditer(text):
        parts += [_plain(text[end : found.start()]), _mathematics(found[1])]
        end = found.end()
    parts.append(_plain(text[end:]))
    return "".join(parts).replace("\n", "<br>")


def _plain(text: str) -> str:
    return html.escape(text.replace(r"\$", "$"), quote=False)


def _mathematics(text: str) -> str:
    text = html.escape(COMMAND.sub(r"\1", text), quote=False)
    text = LETTER.sub(_letter, text)
    return SCRIPT.sub(lambda found: _tagged(TAGS[found[1]], found[2] or found[3] or ""), text)


def _tagged(tag: str, text: str) -> str:
    return f"<{tag}>{text}</{tag}>"


def _letter(found: re.Match[str]) -> str:
    """Return a Greek letter or a sign by the name that TeX and HTML have in common."""
    name = f"&{found[1]};"
    written = html.unescape(name)
    return written if written != name else found[0]
