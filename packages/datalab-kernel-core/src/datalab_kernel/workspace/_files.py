"""The page of a workspace that goes to files and comes from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import builtins
    import os
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from datalab_kernel.display._file_table import FileContents
    from datalab_kernel.display._formats_table import FormatTable
    from datalab_kernel.display._loaded_names import LoadedNames
    from datalab_kernel.workspace._autosave import Autosave
    from datalab_kernel.workspace._shelf import Shelf
    from datalab_kernel.workspace.processing import ProcessResult


class FilesPage:
    """Saving, loading and processing, of DataLab's workspace files and of instruments' files."""

    _shelf: Shelf

    def save(self, path: str | os.PathLike[str], *, nexus: bool = False) -> Path:
        """Save everything to an HDF5 file that DataLab opens.

        The file is complete or not there: a crash at any moment leaves the old one.
        A file that another program has open for writing is replaced with a warning.

        Parameters
        ----------
        path
            ``.h5`` is added unless it ends in ``.h5`` or ``.hdf5``; ``~`` is expanded. A
            DataLab workspace in its place is replaced.
        nexus
            Whether viewers of NeXus files (silx, H5Web) are to draw each object with its
            axes and units. No data is copied; DataLab drops it when it saves the file.

        Returns
        -------
        Path
            The file that was written.

        Raises
        ------
        FileTakenError
            If another program's file is in its place.
        MissingFileError
            If the folder isn't there.
        OSError
            If the disk is full or the folder is read-only; the old file is as it was.
        """
        from datalab_kernel.workspace._saving import save

        return save(self._shelf, path, nexus=nexus)

    def autosave(
        self, path: str | os.PathLike[str] | Literal[False] | None, every_s: float = 60.0
    ) -> Autosave | None:
        """Save by itself whenever something has changed, until the process ends.

        It saves in pauses of the computing, in the background, and a last time when the kernel
        is shut down, restarted or told to end (SIGTERM). The first time it saves everything;
        then it appends what changed to a journal beside the file (``NAME.h5.journal``), which
        :meth:`load` takes in, and which it folds into the file when the kernel is idle or ends.
        After a crash, the next kernel names both. A file of an earlier session in that place
        is kept as ``NAME.previous.h5``, after a crash under a name of its own.

        Parameters
        ----------
        path
            As for :meth:`save`; None or False ends it.
        every_s
            The shortest time between two saves, in seconds.

        Returns
        -------
        Autosave or None
            It shows when it last saved; so do :meth:`status` and the workspace itself.

        Raises
        ------
        FileTakenError
            If another program's file is in its place, or another kernel autosaves to it.
        MissingFileError
            If the folder isn't there.
        ParameterError
            If ``every_s`` is no number above 0.
        StandaloneModeRequiredError
            If the workspace is in a running DataLab, which holds the objects itself.

        Notes
        -----
        A save that fails later (a full disk) is told once, and it goes on trying. Nothing is
        saved while the workspace is connected to a DataLab.

        Examples
        --------
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> from datalab_kernel import Workspace
        >>> workspace = Workspace("standalone")
        >>> with TemporaryDirectory() as folder:
        ...     _ = workspace.autosave(Path(folder, "analysis.h5"), every_s=30)
        ...     print(workspace)
        ...     workspace.autosave(None)
        Workspace(standalone, empty, autosave analysis.h5, not saved yet)
        """
        from datalab_kernel.workspace._saving import autosave

        return autosave(self._shelf, path, every_s)

    def load(
        self,
        path_or_pattern: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
        overwrite: bool = False,
        *,
        names: str | Iterable[str] | None = None,
        read: Mapping[str, Any] | None = None,
        lazy: bool = False,
    ) -> LoadedNames:
        r"""Add what files hold; the files may be deleted afterwards, unless ``lazy`` is said.

        DataLab's workspaces (.h5) and objects (.h5sig, .h5ima), the text files of
        oscilloscopes and other instruments, pictures, TIFF stacks (an image a frame),
        DICOM, arrays (.npy, .mat), and what else Sigima reads: what a file is, its content says.

        Parameters
        ----------
        path_or_pattern
            A file, also without its ``.h5``, a pattern for several, or a list of these.
        overwrite
            Whether objects of the same names are replaced. Without it, files whose objects
            are all there still, exactly as the files hold them, are left as they are: a
            cell that loads them may be run again.
        names
            Only these objects: a name, a pattern, or several names. Of a workspace's HDF5 file
            nothing else is read.
        lazy
            Whether the values of a workspace's HDF5 file are read when they are first needed (by
            :meth:`get`, plot, calc), object by object. Until then the file must stay as it is;
            :meth:`save` over it is safe. Other files, and all where DataLab holds the objects, are
            loaded at once, which a note says.
        read
            How to read a file that doesn't say so itself, in pandas' words:
            ``skiprows``, ``header``, ``decimal``, ``delimiter``, ``encoding``,
            ``comment``, ``x`` and ``y`` (columns by title or place);
            ``kind="signal"`` or ``"image"`` where it can be either; ``channel="red"``, or
            its number, of colours (else their luminance) and of stacks of several channels.

        Returns
        -------
        LoadedNames
            A list of the names of what was added. An object of an instrument's file is named
            by the file, and by its channel, column or number if there are several. Objects
            that share a title in a file are named ``title``, ``title (2)``, … in their
            order. Its attribute ``notes`` (a tuple of :class:`~datalab_kernel.Note`) says what
            was skipped or guessed in reading; the objects' metadata keeps it.

        Warns
        -----
        FormatWarning
            Once a call, if something was guessed; as an error, it leaves all as it is.
        RuntimeWarning
            If the journal that autosave left beside a workspace's file isn't taken in, or not
            to its end, because it is of another save or wasn't finished.

        Raises
        ------
        MissingFileError
            If there is no such file.
        FileFormatError
            If a file is damaged, of an unknown kind, or not read completely. Of one file,
            nothing is added; of several, the good ones are, and the error lists the others
            (``failures``, by file) and what was added (``loaded``).
        MissingPackageError
            If the only file is read with a package that isn't installed.
        NotEnoughMemoryError
            If the objects don't fit the memory, a container's limit counted; nothing
            changes.
        NameTakenError
            If a name is taken by another object, or by one that changed since, and
            ``overwrite`` is false; nothing changes.
        ObjectNotFoundError
            If one of ``names`` isn't in the files; nothing changes.

        Examples
        --------
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> from datalab_kernel import Workspace
        >>> workspace = Workspace("standalone")
        >>> with TemporaryDirectory() as folder:
        ...     file = Path(folder, "scope.csv")
        ...     _ = file.write_text("Time;Channel A\n(ms);(V)\n\n0,0;1,25\n0,5;1,5\n")
        ...     workspace.load(file)
        ['scope']
        >>> workspace["scope"].y, workspace["scope"].xunit
        (array([1.25, 1.5 ]), 'ms')
        """
        from datalab_kernel.workspace._loading import load

        return load(self._shelf, path_or_pattern, names, read, overwrite=overwrite, lazy=lazy)

    def contents(self, path: str | os.PathLike[str]) -> FileContents:
        """List what a workspace's file holds, without loading it.

        Parameters
        ----------
        path
            A file that :meth:`save` or DataLab wrote, also without its ``.h5``.

        Returns
        -------
        FileContents
            A sequence of rows (``name``, ``kind``, ``shape``, ``dtype``, ``units``, ``group``,
            ``size_bytes``), shown as a table; its ``names`` are those that :meth:`load` takes.

        Raises
        ------
        MissingFileError
            If there is no such file.
        FileFormatError
            If it is damaged, or not a workspace: what instruments' files hold is known only
            when they have been read.
        ParameterError
            If the path is a pattern for several files.

        Notes
        -----
        Of an HDF5 file no array is read; an archive (``.npz``) is read whole, and let go.

        Examples
        --------
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> from datalab_kernel import Workspace
        >>> workspace = Workspace("standalone")
        >>> workspace["ramp"] = ([0.0, 1.0], [2.0, 3.0])
        >>> with TemporaryDirectory() as folder:
        ...     workspace.contents(workspace.save(Path(folder, "analysis.h5")))
        analysis.h5: 1 object, 32 B
        name  kind    shape  dtype    units  size  group
        ramp  signal  2      float64         32 B
        """
        from datalab_kernel.workspace._describing import contents_of_file

        return contents_of_file(path)

    def formats(self) -> FormatTable:
        """List the formats of files: what is read here, by what, and what would read the rest.

        Returns
        -------
        FormatTable
            A sequence of rows (``name``, ``suffixes``, ``is_read``, ``by``, ``licence``, ``since``,
            ``remark``), shown as a table.

        Examples
        --------
        >>> from datalab_kernel import Workspace
        >>> rows = {row.name: row for row in Workspace("standalone").formats()}
        >>> rows["TIFF"].is_read, rows["Bruker (.bcf)"].is_read, rows["Bruker (.bcf)"].by
        (True, False, 'rosettasciio')
        """
        from datalab_kernel.formats import list_formats

        return list_formats()

    def load_example(self, name: str | None = None) -> builtins.list[str]:
        """Add something to try things on, replacing it if it is there; no network is needed.

        Parameters
        ----------
        name
            ``"laser_beam"`` and ``"paracetamol"``, measurements that Sigima ships;
            ``"decay"``, ``"microscopy"`` and ``"spectroscopy"``, computed as a detector would
            give them, with what is in them in their metadata. None lists these without
            adding anything.

        Returns
        -------
        list of str
            The names of what was added, or of the examples.

        Examples
        --------
        >>> from datalab_kernel import Workspace
        >>> workspace = Workspace("standalone")
        >>> workspace.load_example("paracetamol")
        ['paracetamol']
        """
        from datalab_kernel.workspace._examples import load_example

        return load_example(self._shelf, name)

    def process(
        self,
        files: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
        steps: Any,
        *,
        to: str | os.PathLike[str] | None,
        **options: Any,
    ) -> ProcessResult:
        """Take many files through the same steps, in the memory of a few; nothing is added here.

        Parameters
        ----------
        files
            A pattern such as ``"raw/*.tif"``, a list of files and patterns, or a workspace's file.
        steps
            Calls of :attr:`calc` as data, what :meth:`history` says was done, or a function, as
            :func:`datalab_kernel.process` takes them. Operands may be names of objects here.
        to
            A folder, one workspace file, or None: only tables are kept.
        **options
            ``client``, ``chunk``, ``resume``, ``executor`` and ``read``, as
            :func:`datalab_kernel.process` has them.

        Returns
        -------
        ProcessResult
            It displays as its table, of one row a file.

        Raises
        ------
        DataLabKernelError
            As :func:`datalab_kernel.process` raises them, before the first file is read.

        Examples
        --------
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> import numpy as np
        >>> from datalab_kernel import Workspace
        >>> workspace = Workspace("standalone")
        >>> workspace["dark"] = np.ones((20, 30))
        >>> with TemporaryDirectory() as folder:
        ...     np.save(Path(folder, "run.npy"), np.full((20, 30), 5.0))
        ...     steps = [("difference", {"operand": "dark"}), "stats"]
        ...     done = workspace.process(f"{folder}/run.npy", steps, to=None)
        >>> [float(mean) for mean in done.table["stats.mean"]]
        [4.0]
        """
        from datalab_kernel.workspace.processing import process_on

        return process_on(self._shelf, files, steps, to, options)
