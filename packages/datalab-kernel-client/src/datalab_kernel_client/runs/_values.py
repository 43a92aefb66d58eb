"""A parameter's value, as typed on a command line: JSON, a scalar of YAML 1.2, or text."""

from __future__ import annotations

import json
import re
from typing import Any

from datalab_kernel_client.runs._errors import ParameterError

__all__ = ["parse_value", "parse_yaml"]

_WORDS: dict[str, Any] = {
    **dict.fromkeys(("null", "Null", "NULL", "None", "~"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", "+.inf", "inf", "Infinity"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-inf", "-Infinity"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", "nan", "NaN"), float("nan")),
}
_DECIMAL = re.compile(r"[-+]?\d+")
_PREFIXED = re.compile(r"0x[0-9a-fA-F]+|0o[0-7]+")
_FLOAT = re.compile(r"[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?")


def parse_value(text: str) -> Any:
    """Return what a value on the command line stands for.

    Examples
    --------
    >>> [parse_value(text) for text in ("3", "1e-3", "[1, 2]", "true", "None", "no", "2026-01-01")]
    [3, 0.001, [1, 2], True, None, 'no', '2026-01-01']
    >>> parse_value('"3"')
    '3'
    """
    if text in _WORDS:
        return _WORDS[text]
    if _DECIMAL.fullmatch(text) or _PREFIXED.fullmatch(text):
        return int(text, 0 if _PREFIXED.fullmatch(text) else 10)
    if _FLOAT.fullmatch(text):
        return float(text)
    if text[:1] in {"[", "{", '"'}:
        try:
            return json.loads(text)
        except ValueError:
            return parse_yaml(text, what=text)
    return text


def parse_yaml(text: str, *, what: str) -> Any:
    """Return a YAML document's value.

    Raises
    ------
    ParameterError
        It isn't YAML; `what` says in the message where it is from.
    """
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise ParameterError(
            f"{what} was to give parameters, but is neither JSON nor YAML: {reason}. Give one"
            " value as JSON, or use -r NAME=TEXT for a text as it is."
        ) from error
