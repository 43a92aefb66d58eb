"""What many files gave: a table of them, what failed, and the results."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datalab_kernel.errors import MissingFileError
from datalab_kernel.objects import _names
from datalab_kernel.platform import here

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pandas as pd

    from datalab_kernel.workspace.processing._rows import Failure, Row

MAX_ROWS = 50
_SHOWN_TEXTS = 5


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class ProcessResult:
    """What :func:`datalab_kernel.process` made of files.

    Attributes
    ----------
    rows : tuple of Row
        What became of each file, in their order.
    steps : tuple of str
        What was done to each.
    to : Path or None
        Where the results are: a folder, a file, or nowhere.
    kept : int
        How many files were done already, by an earlier run.
    """

    rows: tuple[Row, ...]
    steps: tuple[str, ...]
    to: Path | None
    kept: int = 0
    open_workspace: Callable[[], Any]
    """Makes a workspace in memory."""

    @property
    def table(self) -> pd.DataFrame:
        """One row a file.

        Returns
        -------
        pandas.DataFrame
            file, status (``"done"`` or ``"failed"``), seconds, then a column for each of the
            steps' tables' (``"stats.mean"``): numbers, or lists of these where an analysis found
            several rows in a file. Where there are any: ``error`` and ``notes``. Its
            ``attrs["column_units"]`` are those of :attr:`results`.
        """
        import pandas as pd

        frame = pd.DataFrame(
            {
                "file": [row.file for row in self.rows],
                "status": [row.status for row in self.rows],
                "seconds": [row.seconds for row in self.rows],
            }
        )
        results = self.results
        for function in dict.fromkeys(results["function"]):
            columns = _columns(results, function)
            frame = frame.merge(columns, how="left", left_on="file", right_index=True)
        if self.failures:
            frame["error"] = [str(row.failure or "") for row in self.rows]
        if any(row.notes for row in self.rows):
            frame["notes"] = ["; ".join(row.notes) for row in self.rows]
        frame.attrs["column_units"] = results.attrs["column_units"]
        return frame

    @property
    def results(self) -> pd.DataFrame:
        """The steps' tables and geometry below each other, as ``workspace.results`` has them.

        Returns
        -------
        pandas.DataFrame
            A row for each row of each: file, object, function, roi, then their own columns.
        """
        from datalab_kernel.objects._results import Part, frame_of

        owners = [(row.file, one) for row in self.rows for one in row.found]
        frame = frame_of(
            Part(name=str(place), function=one.function, result=one.result())
            for place, (_, one) in enumerate(owners)
        )
        places = [int(place) for place in frame["object"]]
        frame["object"] = [owners[place][1].object for place in places]
        frame.insert(0, "file", [owners[place][0] for place in places])
        units = frame.attrs["column_units"]
        frame.attrs["column_units"] = {
            file: {one.function: units.get(str(place), {}).get(one.function, {})}
            for place, (file, one) in enumerate(owners)
        }
        return frame

    @property
    def failures(self) -> dict[str, Failure]:
        """Why files weren't processed, by file."""
        return {row.file: row.failure for row in self.rows if row.failure is not None}

    def load(self, pattern: str | None = None) -> Any:
        """Return the results as a workspace of their own, which reads each when it is needed.

        Parameters
        ----------
        pattern
            Only those of files whose names (without folder and suffix) match, such as
            ``"run_0*"``; of one file's objects, those whose names do.

        Returns
        -------
        Workspace
            To be plotted, computed with and gone through; in a notebook's own workspace,
            ``workspace.load("results/*.h5")`` puts them.

        Raises
        ------
        MissingFileError
            If nothing was kept (``to=None``), or matches.
        """
        workspace = self.open_workspace()
        wanted = [row for row in self.rows if row.output and _matches(row, pattern)]
        if not wanted:
            raise self._nothing(pattern)
        is_lazy = here().has_hdf5
        if self.to is not None and self.to.is_file():
            from datalab_kernel.workspace.processing._gathering import names_in_file

            there = [row for row in self.rows if row.output]
            workspace.load(self.to, names=names_in_file(there, wanted), lazy=is_lazy)
        else:
            from datalab_kernel.workspace._loading import load_files

            shelf = workspace._shelf  # noqa: SLF001 - all in one go, however many
            load_files(shelf, [Path(row.output) for row in wanted], lazy=is_lazy)
        return workspace

    def _nothing(self, pattern: str | None) -> MissingFileError:
        if self.to is None:
            message = (
                "There are no results to load: they were computed with to=None, for tables only."
            )
            return MissingFileError(message, path="")
        known = [_short(row) for row in self.rows if row.output]
        near = _names.closest(pattern, known) if pattern is not None else []
        hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
        what = f"of {pattern!r} " if pattern is not None else ""
        message = f"There are no results {what}in {str(self.to)!r}.{hint}"
        return MissingFileError(message, path=str(self.to), suggestions=near)

    def __len__(self) -> int:
        """Count the files."""
        return len(self.rows)

    def __repr__(self) -> str:
        """Say how many files were processed how, and which failed."""
        lines = [f"ProcessResult({self._heading()})"]
        lines += [f"  {file}: {text}" for file, text in self._first_failures()]
        return "\n".join(lines)

    def _heading(self) -> str:
        failed = len(self.failures)
        parts = [f"{len(self.rows):,} file{'' if len(self.rows) == 1 else 's'}"]
        parts += [f"{failed:,} failed"] if failed else []
        parts += [f"{self.kept:,} of them done before"] if self.kept else []
        parts += [", ".join(self.steps)]
        parts += [f"results in {str(self.to)!r}"] if self.to is not None else []
        return "; ".join(parts)

    def _first_failures(self) -> Iterator[tuple[str, str]]:
        return _first(
            [(file, str(failure)) for file, failure in self.failures.items()], ".failures"
        )

    def _first_notes(self) -> Iterator[tuple[str, str]]:
        noted = [(row.file, "; ".join(row.notes)) for row in self.rows if row.notes]
        return _first(noted, '.table["notes"]')

    def _repr_html_(self) -> str:
        # sentences in a cell would make each row as high as they are long
        frame = self.table.drop(columns=["error", "notes"], errors="ignore")
        shown = frame.head(MAX_ROWS).to_html(index=False, na_rep="", border=0)
        rest = len(frame) - MAX_ROWS
        more = f"<p>… and {rest:,} more rows: <code>.table</code></p>" if rest > 0 else ""
        failures, notes = _listed("", self._first_failures()), _listed("Notes", self._first_notes())
        return (
            '<div style="color:var(--jp-content-font-color1,inherit)">'
            f"<b>{escape(self._heading())}</b>{failures}{shown}{more}{notes}</div>"
        )


def _first(texts: Sequence[tuple[str, str]], rest: str) -> Iterator[tuple[str, str]]:
    """Give the first files' texts, and how many more there are, and where."""
    yield from texts[:_SHOWN_TEXTS]
    if len(texts) > _SHOWN_TEXTS:
        yield "…", f"{len(texts) - _SHOWN_TEXTS:,} more: {rest}"


def _listed(heading: str, texts: Iterator[tuple[str, str]]) -> str:
    lines = "".join(f"<li>{escape(file)}: {escape(text)}</li>" for file, text in texts)
    return f"{heading}<ul>{lines}</ul>" if lines else ""


def _columns(results: pd.DataFrame, function: str) -> pd.DataFrame:
    """Return a function's columns by file: values, or lists where a file has several rows."""
    rows = results[results["function"] == function]
    own = rows.drop(columns=["object", "function", "roi"]).dropna(axis="columns", how="all")
    if own["file"].is_unique:
        found = own.set_index("file")
    else:
        found = own.groupby("file", sort=False).agg(list)
    return found.rename(columns=lambda column: f"{function}.{column}")


def _short(row: Row) -> str:
    """Return what a pattern is compared with: the object's name, else the file's."""
    file, _, name = row.file.partition("::")
    return name or Path(file).stem


def _matches(row: Row, pattern: Any) -> bool:
    return pattern is None or bool(_names.match(pattern, [_short(row)]))
