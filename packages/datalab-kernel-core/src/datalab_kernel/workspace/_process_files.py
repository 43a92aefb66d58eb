"""What people call to have many files processed, with or without a workspace of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from datalab_kernel.backends import _resolve
from datalab_kernel.workspace._workspace import Workspace

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping

    from datalab_kernel.workspace.processing import ProcessResult

    Files = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]


def process(  # noqa: PLR0913 - each is given by its name
    files: Files,
    steps: Any,
    *,
    to: str | os.PathLike[str] | None,
    client: Any = None,
    chunk: int | Literal["auto"] = "auto",
    resume: bool = True,
    executor: Any = None,
    read: Mapping[str, Any] | None = None,
) -> ProcessResult:
    """Take many files through the same steps, in the memory of a few.

    Parameters
    ----------
    files
        A pattern such as ``"raw/*.tif"``, a list of files and patterns, or the file of a
        workspace, whose objects are processed one by one.
    steps
        What :attr:`Workspace.calc` is to do with what each file holds, one call after the other:
        ``[("gaussian_filter", {"sigma": 2}), "stats"]``; parameters may have ``operand``, an
        object, and ``units``. What ``workspace.history("name")`` says was done to an object; or
        a function of your own, which is called with each object and returns an object, several,
        or a table (a dict of numbers, or a pandas frame).
    to
        A folder for a workspace file (.h5) of each file's results, made if it isn't there; one
        workspace file (``"all.h5"``) for all of them; or None: only tables are kept.
    client
        A Dask client (``distributed.Client``), to compute on its cluster. The package
        ``datalab-kernel-dask`` does that; each worker must see the files under the same paths.
    chunk
        How many files one task takes; ``"auto"``: as many as keep it busy for 0.2 s.
    resume
        Whether files that an earlier call has finished, by the same steps and versions, are
        left as they are. False: it is an error if there are results already.
    executor
        None or ``"threads"``: all cores of this process; ``"processes"``: processes of their
        own, for functions of yours that hold the interpreter; or what another package brings.
    read
        How files are read, as :meth:`Workspace.load` takes it.

    Returns
    -------
    ProcessResult
        Its ``table`` has one row a file; ``failures`` says why some weren't processed, and
        ``load()`` gives the results. It displays as its table.

    Raises
    ------
    MissingFileError
        If there are no such files, or the folder of ``to`` isn't there.
    FileTakenError
        If results would replace a file that no earlier call has written, or one of ``files``; or
        another process writes results there now.
    ExportError
        If the results of two files would go to the same file.
    UnknownFunctionError, ParameterError, OperandError
        If there is no such function, or it can't take these parameters. Up to here nothing was
        read or written.
    OSError
        If results can't be written, as on a full disk. Those that are there stay, and the same
        call goes on from them.

    Notes
    -----
    A file that can't be read or computed is a row with its error, and stops nothing. A Stop ends
    it within a second and keeps what is done: the same call goes on from there, as it does after
    a crash or a kill, for which it keeps a journal beside the results. Results are named as what
    they were made of; their metadata says by which steps (``processed``).

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import numpy as np
    >>> from datalab_kernel import process
    >>> folder = TemporaryDirectory()
    >>> for number in range(3):
    ...     np.save(Path(folder.name, f"run_{number}.npy"), np.full((20, 30), float(number)))
    >>> steps = [("gaussian_filter", {"sigma": 2}), "stats"]
    >>> done = process(f"{folder.name}/*.npy", steps, to=f"{folder.name}/smooth")
    >>> [round(mean, 6) for mean in done.table["stats.mean"].tolist()]
    [0.0, 1.0, 2.0]
    >>> done.load("run_2")["run_2"].data.shape
    (20, 30)
    >>> folder.cleanup()
    """
    return Workspace(_resolve.MEMORY).process(
        files,
        steps,
        to=to,
        client=client,
        chunk=chunk,
        resume=resume,
        executor=executor,
        read=read,
    )
