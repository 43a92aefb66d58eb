"""What people type with a workspace, as mypy sees it; nothing here is run.

An ``assert_type`` fails when a type is wider or narrower than promised; a ``type: ignore``
that isn't needed any more fails too, so that what must be refused is.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, assert_type

import numpy as np
import pandas as pd

from datalab_kernel import CalcResult, Change, Plotter, Subscription, Workspace, WorkspaceStatus
from datalab_kernel.display._loaded_names import LoadedNames
from datalab_kernel.plot import Plot


def names_and_objects(workspace: Workspace) -> None:
    """Adding gives what was given; a workspace is a mapping of names."""
    values = np.arange(5.0)
    assert_type(workspace.add("line", (0, 1)), tuple[int, int])
    assert workspace.add("values", values, group="first") is values
    workspace["other"] = values
    assert_type(workspace.list("o*", kind="signal"), list[str])
    assert_type(workspace.exists("other"), bool)
    assert_type(iter(workspace), Iterator[str])
    assert_type(len(workspace), int)
    workspace.rename("other", "renamed")
    workspace.remove(["line", "values"])
    with workspace.edit("renamed") as obj:
        obj.xunit = "s"


def what_a_workspace_refuses(workspace: Workspace) -> None:
    """A kind is one of two words; a group is named by keyword; names are texts."""
    workspace.list(kind="curve")  # type: ignore[arg-type]
    workspace.add("name", np.arange(3.0), "group")  # type: ignore[call-overload]
    workspace.rename("old", 1)  # type: ignore[arg-type]


def selecting(workspace: Workspace) -> None:
    """What is selected is a list of names."""
    assert_type(workspace.select("a"), list[str])
    assert_type(workspace.selection, list[str])


def files(workspace: Workspace) -> None:
    """A path may be a text; saving says where, and loading what."""
    assert_type(workspace.save("measurement"), Path)
    assert_type(workspace.load(Path("measurement.h5"), names="a", read={}), LoadedNames)


def computing(workspace: Workspace) -> None:
    """A result has names, objects and a table, and can be computed on."""
    result = workspace.calc("fwhm", on="peak", method="gauss")
    assert_type(result, CalcResult)
    assert_type(result.name, str)
    assert_type(result.frame, pd.DataFrame)
    assert_type(workspace.calc("normalize", on=result), CalcResult)
    assert_type(workspace.results("peak"), pd.DataFrame)
    assert_type(workspace.script("peak"), str)


def changes(workspace: Workspace, seen: list[Change]) -> None:
    """A callback gets a change, and what it returns doesn't count."""
    subscription = workspace.on_change(seen.append)
    assert_type(subscription, Subscription)
    subscription.cancel()
    workspace.wait_for("late", timeout_s=1.0)
    assert_type(seen[0].names, tuple[str, ...])
    workspace.on_change(lambda: None)  # type: ignore[arg-type, misc]


def status(workspace: Workspace) -> None:
    """What a workspace says of itself."""
    assert_type(workspace.status(), WorkspaceStatus)
    proxy: Any = workspace.proxy
    del proxy


def plotting(workspace: Workspace) -> None:
    """A picture is a value that can be saved."""
    plot = Plotter(workspace).plot("a", show=False)
    assert_type(plot, Plot)
    assert_type(plot.save("a.png"), Path)
