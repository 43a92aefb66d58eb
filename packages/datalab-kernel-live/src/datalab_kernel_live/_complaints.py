"""What a person is told when the Web API fails: what happened, where, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from datalab_kernel.errors import (
    DataLabAuthError,
    DataLabBusyError,
    DataLabRefusedError,
    DataLabUnreachableError,
    LiveLimitError,
)

_START = (
    "Start DataLab and its Web API there (menu File > Web API > Start Web API Server); "
    "the next call works once it is back."
)


@dataclass(frozen=True, slots=True)
class Complaints:
    """Makes the errors about the DataLab at one address; none has the token in it."""

    url: str
    has_token: bool

    def unreachable(self, detail: str, *, was_sent: bool) -> DataLabUnreachableError:
        """Say that there is no connection, or no longer."""
        what = "The connection to DataLab was lost" if was_sent else "No DataLab answers"
        message = f"{what} at {self.url} ({detail}). {_START}"
        return DataLabUnreachableError(message, url=self.url, detail=detail, was_sent=was_sent)

    def unauthorized(self) -> DataLabAuthError:
        """Say that the token is missing or wrong."""
        what = "doesn't take this token" if self.has_token else "wants a token"
        message = (
            f"The DataLab at {self.url} {what}. Copy it in DataLab (menu File > Web API > Copy "
            "Connection Info) and give it to workspace.connect(url, token) or in "
            "DATALAB_WORKSPACE_TOKEN."
        )
        return DataLabAuthError(message, url=self.url, detail=what, was_sent=False)

    def busy(self, detail: str) -> DataLabBusyError:
        """Say that there was no answer in time, or that DataLab itself gave up waiting."""
        message = (
            f"The DataLab at {self.url} is busy ({detail}). If a dialog box is open in its window, "
            "close it there and run this again; what was asked may have been done meanwhile."
        )
        return DataLabBusyError(message, url=self.url, detail=detail, was_sent=True)

    def refused(self, status: int, detail: str) -> DataLabRefusedError:
        """Say that DataLab says no, and why."""
        message = f"The DataLab at {self.url} refused: {detail or status}"
        return DataLabRefusedError(
            message, url=self.url, detail=detail, status=status, was_sent=True
        )

    def not_datalab(self, detail: str) -> DataLabRefusedError:
        """Say that something else answers there."""
        message = (
            f"What answers at {self.url} isn't what a DataLab answers: {detail}. Look in DataLab "
            "for its address (menu File > Web API)."
        )
        return DataLabRefusedError(message, url=self.url, detail=detail, status=None, was_sent=True)


def normalised_url(url: str) -> str:
    """Return an address without a slash at the end.

    Raises
    ------
    DataLabUnreachableError
        If it isn't an address, or has a password in it.

    Examples
    --------
    >>> normalised_url("http://127.0.0.1:18080/")
    'http://127.0.0.1:18080'
    >>> normalised_url("http://0.0.0.0:18080")  # as DataLab calls itself when it serves others too
    'http://127.0.0.1:18080'
    """
    text = url.strip().rstrip("/")
    try:
        parts = urlsplit(text)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname)
        is_plain = not (parts.username or parts.password or parts.query or parts.fragment)
        _ = parts.port
    except ValueError:
        is_address = is_plain = False
    if not (is_address and is_plain and text.isascii() and text.isprintable()) or " " in text:
        shown = "The given text" if "@" in text or "?" in text else repr(text)
        message = (
            f"{shown} isn't the address of a DataLab. Give one such as "
            "'http://127.0.0.1:18080', and the token separately."
        )
        raise DataLabUnreachableError(message, url="", detail="no address", was_sent=False)
    return text.replace("://0.0.0.0", "://127.0.0.1", 1)


def needs_xmlrpc(what: str, url: str, **facts: object) -> LiveLimitError:
    """Return the error for what the Web API alone can't do."""
    message = (
        f"{what} needs DataLab's XML-RPC interface, which is closed or on another computer. "
        "Switch it on in DataLab (File > Settings: remote control), then connect again."
    )
    return LiveLimitError(message, url=url, **facts)
