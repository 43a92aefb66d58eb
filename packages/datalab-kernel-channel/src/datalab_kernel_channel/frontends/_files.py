"""Files moved between the person's computer and the kernel."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datalab_kernel_channel._errors import CancelledByUser, JavaScriptError
from datalab_kernel_channel.frontends._shown import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from datalab_kernel_channel.streams._in import InStream

__all__ = ["download", "upload"]

PIECE_BYTES = 1 << 20


async def upload(workspace: Any = None, *, accept: str = ".h5,.hdf5,.npz") -> list[str] | Path:
    """Let the person choose a file of their computer, and get it.

    Parameters
    ----------
    workspace
        What loads the file; None: the file is kept in the current folder.
    accept
        Which files the browser offers first, such as ``".csv,.txt"``; ``""``: all.

    Returns
    -------
    list of str or Path
        The names of what was added to the workspace; without one, the file.

    Raises
    ------
    CancelledByUser
        The person chose none, or cancelled while it was on its way; nothing is left of it.
    FileExistsError
        Without a workspace: the folder has a file of that name.
    OSError
        The file can't be written there.
    NoFrontendError
        The notebook isn't shown in a browser.
    TypeError
        What is given is no workspace; nothing was shown.

    Examples
    --------
    >>> async def cell(workspace):
    ...     return await upload(workspace, accept=".h5,.csv")
    """
    if workspace is None:
        return await _received(Path.cwd(), accept)
    if not hasattr(workspace, "load"):
        raise TypeError(
            f"upload takes the workspace that loads the file, or nothing; this is a {type(workspace).__name__}. "
            "The person chooses the file in the page."
        )
    with tempfile.TemporaryDirectory(prefix="upload-") as folder:
        path = await _received(Path(folder), accept)
        names: list[str] = workspace.load(path)
    return names


async def _received(folder: Path, accept: str) -> Path:
    saved: list[Path] = []
    failures: list[OSError] = []

    async def receive(stream: InStream, name: str) -> None:
        path = folder / Path(name).name
        try:
            if path.exists():
                raise FileExistsError(
                    f"{path} is there already, and wasn't replaced. Remove or rename it, then run this again."
                )
            saved.append(await stream.save(path))
        except OSError as error:
            failures.append(error)
            raise

    async with shown("upload", "mover", receive=receive) as (channel, place, page):
        try:
            name = await channel.call("upload", accept, client=page)
        except JavaScriptError:
            if failures:  # it went through the page
                raise failures[0] from None
            raise
        if name is None:
            raise CancelledByUser
        [path] = saved
        place.say(f"{path.name} was uploaded.")
    return path


async def download(
    path_or_workspace: str | os.PathLike[str] | Any, filename: str | None = None
) -> str:
    """Give the person a file, or a workspace as a file, to save on their computer.

    Parameters
    ----------
    path_or_workspace
        What is given.
    filename
        What the browser calls it, and for a workspace how it is written, by the suffix ``.h5`` or
        ``.npz``; ``workspace.save`` adds one to any other name. The file's own name unless given, or
        ``workspace.h5`` (``workspace.npz`` where h5py is missing).

    Returns
    -------
    str
        The name that the browser got.

    Raises
    ------
    CancelledByUser
        The person cancelled it.
    OSError
        There is no such file (`FileNotFoundError`), or it can't be read.
    TypeError
        It is neither a path nor a workspace.
    NoFrontendError
        The notebook isn't shown in a browser.

    Examples
    --------
    >>> async def cell(workspace):
    ...     await download(workspace, "monday.h5")
    """
    if hasattr(path_or_workspace, "__fspath__") or isinstance(path_or_workspace, str):
        path = Path(path_or_workspace)
        return await _sent(path, filename or path.name)
    if not hasattr(path_or_workspace, "save"):
        raise TypeError(
            f"download gives a file, by its path, or a workspace; this is a "
            f"{type(path_or_workspace).__name__}. Give the workspace that it is in, or write a file of it."
        )
    with tempfile.TemporaryDirectory(prefix="download-") as folder:
        written = Path(filename or _workspace_name()).name
        path = path_or_workspace.save(Path(folder) / written)
        return await _sent(path, path.name)


def _workspace_name() -> str:
    from datalab_kernel.platform import here

    return "workspace.h5" if here().has_hdf5 else "workspace.npz"


async def _sent(path: Path, name: str) -> str:
    with path.open("rb") as file:
        size_bytes = os.fstat(file.fileno()).st_size
    async with shown("download", "mover") as (channel, place, page):
        stream = channel.stream(_pieces(path), size_bytes=size_bytes)
        if await channel.call("download", stream, name, client=page) is None:
            raise CancelledByUser
        place.say(f"{name} was handed to the browser ({size_bytes:,} bytes).")
    return name


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            yield piece
