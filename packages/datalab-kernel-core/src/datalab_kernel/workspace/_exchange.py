"""The page of a workspace that gives its objects to other programs and libraries.

pandas and xarray are imported when they are asked for, and never before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping

    import pandas as pd
    import xarray as xr

    from datalab_kernel.formats import Exported
    from datalab_kernel.workspace._shelf import Shelf


class ExchangePage:
    """Exporting, and objects, tables and results as pandas and xarray have them."""

    _shelf: Shelf

    def export(
        self,
        names: str | Iterable[str],
        path: str | os.PathLike[str],
        *,
        overwrite: bool = False,
    ) -> Exported:
        r"""Write objects to files of their own, of any kind that Sigima writes.

        All are written or none. :meth:`save` is what keeps everything; what a file of
        the chosen kind doesn't keep, the result says.

        Parameters
        ----------
        names
            A name, a pattern, or several names.
        path
            The file; its suffix says of what kind it is: .csv, .txt, .npy, .mat, .h5sig
            for signals, .tif, .png, .jpg, .npy, .csv, .h5ima and others for images.
            ``{name}`` stands for the object's name, in which what a file's name can't
            have is replaced by ``_``; ``{number}`` for its place, counted from 1.
        overwrite
            Whether files that are there are replaced.

        Returns
        -------
        Exported
            The paths, with ``dropped``; it displays both.

        Raises
        ------
        ObjectNotFoundError
            If a name or pattern finds nothing.
        FileTakenError
            If a file is there and ``overwrite`` is false.
        MissingFileError
            If the folder isn't there.
        ExportError
            If this kind of file can't hold an object's values, or several objects would
            go to the same file.

        Examples
        --------
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> from datalab_kernel import Workspace
        >>> workspace = Workspace("standalone")
        >>> workspace["a/b"] = ([0.0, 1.0], [2.0, 3.0])
        >>> with TemporaryDirectory() as folder:
        ...     exported = workspace.export("a/b", Path(folder, "{name}.csv"))
        ...     exported[0].name, exported[0].read_text()
        ('a_b.csv', 'X,Y\n0.0,2.0\n1.0,3.0\n')
        """
        from datalab_kernel.workspace._exporting import export_from

        return export_from(self._shelf, names, path, overwrite=overwrite)

    def to_pandas(self, name: str) -> pd.Series[Any] | pd.DataFrame:
        """Return a signal as a pandas Series, an image as a DataFrame.

        Parameters
        ----------
        name
            The object's name.

        Returns
        -------
        pandas.Series or pandas.DataFrame
            Indexed by x (dates, if x is dates); for an image by y, with x as columns.
            ``attrs`` has ``long_name`` and ``units``, and those of the axes
            (``x_long_name``, ``x_units``, …), which :meth:`add` understands of a Series.
            A Series has no place for error bars: :meth:`to_xarray` has.

        Examples
        --------
        >>> from datalab_kernel import Workspace
        >>> workspace = Workspace("standalone")
        >>> workspace["a"] = ([0.0, 0.5], [2.0, 3.0])
        >>> workspace.to_pandas("a").loc[0.5]
        np.float64(3.0)
        """
        from datalab_kernel.objects._to_tables import to_pandas

        return to_pandas(self._shelf.view(name))

    def to_xarray(self, name: str) -> xr.DataArray:
        """Return an object as an xarray DataArray with its coordinates, units and labels.

        Parameters
        ----------
        name
            The object's name.

        Returns
        -------
        xarray.DataArray
            Of dimensions ``("x",)`` or ``("y", "x")``. ``attrs`` of it and of each
            coordinate have ``units`` and ``long_name``; metadata that are texts or numbers
            are in ``attrs`` too; error bars are the coordinates ``dx`` and ``dy``.
            ``workspace.add`` makes the same object of it.

        Raises
        ------
        MissingPackageError
            If xarray isn't installed.
        """
        from datalab_kernel.objects._to_tables import to_xarray

        return to_xarray(self._shelf.view(name))

    def to_dataframe(self, metadata: str | Iterable[str] = ()) -> pd.DataFrame:
        """List the objects as a frame, for picking some of them.

        Parameters
        ----------
        metadata
            Keys of the objects' metadata that become columns, with None where an object
            has no such entry.

        Returns
        -------
        pandas.DataFrame
            A row for each object: name, kind, shape, dtype, units, size_bytes, group, and
            the metadata.

        Examples
        --------
        >>> import numpy as np
        >>> from datalab_kernel import Workspace
        >>> workspace = Workspace("standalone")
        >>> _ = workspace.add({"small": np.zeros((2, 2)), "large": np.zeros((64, 64))})
        >>> frame = workspace.to_dataframe()
        >>> frame[frame.size_bytes > 1000].name.to_list()
        ['large']
        """
        from datalab_kernel.workspace._tables import overview

        return overview(self._shelf, metadata)

    def results(
        self,
        what: str | Iterable[str] | None = None,
        function: str | None = None,
        *,
        with_units: bool = False,
    ) -> pd.DataFrame:
        """Return the tables and geometry that were computed of objects, as one frame.

        Parameters
        ----------
        what
            A name, a pattern, or several names; None: all objects.
        function
            Only the results of this function, such as ``"fwhm"``.
        with_units
            Whether columns are named with their units (``"Δx (ms)"``); what is in different
            units is in different columns then.

        Returns
        -------
        pandas.DataFrame
            Columns object, function and roi, then the results' own. Their units are in
            ``attrs["column_units"]``, by object, function and column: those of what was analysed
            then. ``attrs["units"]`` has those of each object's axes now.

        Raises
        ------
        ObjectNotFoundError
            If a name or pattern finds nothing.
        """
        from datalab_kernel.workspace._tables import results

        return results(self._shelf, what, function, with_units=with_units)

    def attach(self, name: str, title: str, table: pd.DataFrame | Mapping[str, Any]) -> None:
        """Put a table of one's own among an object's results, where DataLab shows it too.

        Parameters
        ----------
        name
            The object's name.
        title
            The table's title. A table of the same title is replaced; :meth:`results`
            gives it as the function, with ``_`` for what isn't a letter or digit.
        table
            A frame; a dict of columns, or of single values (one row); what lmfit gives
            (a result or its parameters: a row for each parameter, with its value, its
            standard error and whether it was varied). Numbers, texts and truths; a column
            ``roi`` or ``roi_index`` says to which region of interest a row belongs.

        Raises
        ------
        ObjectNotFoundError
            If nothing has that name.
        TypeError
            If it isn't a table, or a value is of another kind.
        ValueError
            If the columns aren't of the same length, or the title is blank.

        Examples
        --------
        >>> from datalab_kernel import Workspace
        >>> workspace = Workspace("standalone")
        >>> workspace["a"] = ([0.0, 1.0], [2.0, 3.0])
        >>> workspace.attach("a", "line fit", {"slope": 1.0, "offset": 2.0})
        >>> workspace.results("a", "line_fit")[["slope", "offset"]].to_dict("records")
        [{'slope': 1.0, 'offset': 2.0}]
        """
        from datalab_kernel.workspace._tables import attach

        attach(self._shelf, name, title, table)
