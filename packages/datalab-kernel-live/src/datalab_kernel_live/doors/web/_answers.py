"""What a DataLab's Web API answers, told from what others do."""

from __future__ import annotations

from typing import Any

_DETAIL_LENGTH = 1000


def is_status_of_datalab(status: Any) -> bool:
    """Say whether this is what a DataLab's Web API says about itself."""
    return (
        isinstance(status, dict)
        and status.get("running") is True
        and isinstance(status.get("version"), str)
        and status.get("api_version") == "v1"
        and "workspace_mode" in status
    )


def is_info(value: Any) -> bool:
    """Say whether this is what DataLab says about an object."""
    return isinstance(value, dict) and isinstance(value.get("name"), str) and "type" in value


def detail_in(value: Any) -> str | None:
    """Return what DataLab says in ``detail``: a text, or a list with a ``msg`` each."""
    detail = value.get("detail") if isinstance(value, dict) else None
    if isinstance(detail, list):
        said = [one.get("msg") if isinstance(one, dict) else one for one in detail]
        detail = "; ".join(str(one) for one in said)
    if not isinstance(detail, str):
        return None
    return detail.partition("\n\nTraceback:")[0][:_DETAIL_LENGTH]
