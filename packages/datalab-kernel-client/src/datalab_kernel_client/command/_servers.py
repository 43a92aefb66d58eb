"""Which server a command line means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datalab_kernel_client.runs._errors import NotebookError

if TYPE_CHECKING:
    from pathlib import Path

    from datalab_kernel_client.server import ServerSettings

__all__ = ["settings_of"]


def settings_of(url: str | None, token_file: Path | None) -> ServerSettings:
    """Return the settings of a server by its URL, or of the one that is found here.

    Raises
    ------
    NoServerError, AmbiguousServerError
        None is found, or several.
    NotebookError
        The file with the token can't be read.
    """
    from datalab_kernel_client.server import ServerSettings

    token = None
    if token_file is not None:
        try:
            token = token_file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise NotebookError(
                f"The token was to be read from {token_file}, but {error.strerror}."
                " Write the server's token into that file.",
                path=str(token_file),
            ) from error
    return ServerSettings.discover(url, token)
