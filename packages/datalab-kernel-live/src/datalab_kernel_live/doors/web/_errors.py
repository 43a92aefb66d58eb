"""What a person is told when the Web API fails: what happened, where, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass

from datalab_kernel.errors import (
    DataLabAuthError,
    DataLabBusyError,
    DataLabRefusedError,
    DataLabUnreachableError,
    LiveLimitError,
)
from datalab_kernel.platform import here

_START = (
    "Start DataLab and its Web API there (menu File > Web API > Start Web API Server); "
    "the next call works once it is back."
)


@dataclass(frozen=True, slots=True)
class WebErrors:
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


def needs_xmlrpc(what: str, url: str, **facts: object) -> LiveLimitError:
    """Return the error for what the Web API alone can't do."""
    if here().has_sockets:
        where = (
            "which is closed or on another computer. Switch it on in DataLab (File > Settings: "
            "remote control), then connect again."
        )
    else:
        where = (
            "which a web page can't reach. Do it in DataLab itself, in a notebook outside of the "
            "browser, or in memory: workspace.detach() copies what is there into this page."
        )
    message = f"{what} needs DataLab's XML-RPC interface, {where}"
    return LiveLimitError(message, url=url, **facts)
