"""A notebook in which every public call of a workspace is made, in Jupytext's percent format.

What a cell observes is its last expression. ``all_of()`` gives everything that the workspace
holds: names in their order, kinds, groups, and each object to the last bit.
"""

PREPARING = """
# %% what later cells use
import datetime
import pickle
from collections.abc import MutableMapping

import numpy as np
import pandas as pd

from datalab_kernel import create_image, create_image_roi, create_signal, create_signal_roi
from datalab_kernel.testing import _samples as samples

def told():
    infos = workspace.to_dataframe()
    return [[name, group] for name, group in zip(infos["name"], infos["group"])]

def all_of(pattern=None):
    return [told(), {name: workspace[name] for name in workspace.list(pattern)}]

def emptied():
    workspace.clear(everything=True)
    return workspace.list()

x = np.linspace(0, 10, 101)
"""

ADDING = """
# %% an empty workspace
[len(workspace), list(workspace), workspace.list("*"), workspace.selection, bool(workspace)]

# %% add a signal
given = create_signal("other title", x, np.sin(x), units=("s", "V"), labels=("Time", "Voltage"))
returned = workspace.add("sine", given)
[returned is given, given.title, workspace["sine"]]

# %% add an array of one dimension
workspace.add("ramp", np.arange(5))
workspace["ramp"]

# %% add an array of two dimensions
workspace["image"] = np.arange(12.0).reshape(3, 4)
workspace["image"]

# %% add x and y
workspace["pairs"] = ([3, 1, 2, 0], [0.0, 1.0, 2.0, 3.0])
workspace["pairs"]

# %% add a Series
workspace["series"] = pd.Series([1.0, 2.5, np.nan], index=[0.0, 0.5, 2.0], name="Voltage")
workspace["series"]

# %% add a Series of moments
moments = pd.date_range("2024-02-28", periods=3, freq="D")
workspace["moments"] = pd.Series([1.0, 2.0, 3.0], index=moments)
workspace["moments"]

# %% add a DataArray
import xarray as xr
coords = {"y": [0.0, 1.0, 3.0], "x": [1.0, 2.0]}
array = xr.DataArray(np.arange(6.0).reshape(3, 2), dims=("y", "x"), coords=coords)
array.attrs = {"units": "V", "long_name": "Voltage"}
array.coords["x"].attrs["units"] = "mm"
workspace["from xarray"] = array
workspace["from xarray"]

# %% add a mapping
workspace.add({"m1": np.zeros(3), "m2": np.ones((2, 2)), "m3": np.ones(4)})
workspace.list("m?")

# %% a mapping of which one name is taken adds none
workspace.add({"n1": np.zeros(3), "sine": np.zeros(3)})

# %% a mapping of which one value is impossible adds none
workspace.add({"n1": np.zeros(3), "n2": "text"})

# %% nothing was added
workspace.list("n*")

# %% signals come first
all_of()

# %% a taken name
workspace.add("sine", np.zeros(3))

# %% a taken name of the other kind
workspace.add("sine", np.zeros((3, 3)))

# %% overwrite goes to the end
workspace.add("ramp", np.arange(3.0), overwrite=True)
[workspace.list(), workspace["ramp"]]

# %% assign goes to the end
workspace["m1"] = np.arange(2.0)
workspace.list()

# %% overwrite by the other kind
workspace["m3"] = np.arange(4.0).reshape(2, 2)
[workspace.list(), workspace["m3"]]

# %% overwrite keeps nothing of the old one
workspace["series"] = ([0.0, 1.0], [2.0, 3.0])
workspace["series"]

# %% an object can't be added
workspace.add("bad", object())

# %% three dimensions can't be added
workspace.add("bad", np.zeros((2, 2, 2)))

# %% text can't be added
workspace.add("bad", np.array(["a", "b"]))

# %% integers that don't fit can't be added
workspace.add("bad", np.array([2**63 - 1, 1]))

# %% metadata that can't be kept
signal = create_signal("", x, x)
signal.metadata["here"] = {"deep": [1, object()]}
workspace.add("bad", signal)

# %% add without an object
workspace.add("bad")

# %% a blank name
workspace.add("  ", np.zeros(3))

# %% an empty name
workspace[""] = np.zeros(3)

# %% a name with a line break
workspace["a\\nb"] = np.zeros(3)

# %% a name that is too long
workspace["n" * 1001] = np.zeros(3)

# %% a name that is no text
workspace[3] = np.zeros(3)

# %% a group that is no text
workspace.add("bad", np.zeros(3), group=3)

# %% nothing bad was added
[workspace.exists("bad"), len(workspace)]
"""

LOOKING = """
# %% exists
[workspace.exists("sine"), workspace.exists("cosine"), workspace.exists("m*")]

# %% exists of what is no text
workspace.exists(3)

# %% in
["sine" in workspace, "cosine" in workspace, 3 in workspace, None in workspace]

# %% list by patterns
[workspace.list("m*"), workspace.list("?ine"), workspace.list("nothing*"), workspace.list("M*")]

# %% list by kind
[workspace.list(kind="signal"), workspace.list(kind="image"), workspace.list("m*", kind="image")]

# %% list by a wrong kind
workspace.list(kind="table")

# %% list by a group
[workspace.list(group=""), workspace.list(group="nowhere")]

# %% list by what is no text
workspace.list(3)

# %% get what isn't there
workspace.get("sin")

# %% index what isn't there
workspace["cosine"]

# %% get a default
[workspace.get("cosine", None), workspace.get("cosine", 5)]

# %% get by what is no text
workspace.get(5)

# %% what is got is a copy
mine = workspace["sine"]
mine.y[:] = 0
mine.metadata["changed"] = True
mine.title = "changed"
workspace["sine"]

# %% get without a copy
seen = workspace.get("sine", copy=False)
[seen, seen.xydata.flags.writeable]

# %% writing into what was got without a copy
seen.xydata[:] = 0

# %% iteration
[list(workspace), len(workspace), [name for name in workspace]]

# %% keys, values and items
[list(workspace.keys()), [one.title for one in workspace.values()], [n for n, _ in workspace.items()]]

# %% it is a MutableMapping
[isinstance(workspace, MutableMapping), workspace == workspace, workspace == {}]

# %% completion of keys
workspace._ipython_key_completions_()

# %% the table of all objects
workspace.to_dataframe()

# %% repr
repr(workspace).replace(str(workspace.mode), "MODE")
"""

CHANGING = """
# %% edit
with workspace.edit("sine") as signal:
    signal.xunit = "ms"
    signal.metadata["gain"] = 2.5
    signal.roi = create_signal_roi([[1.0, 2.0], [4.0, 6.0]])
[workspace.list(), workspace["sine"]]

# %% edit that fails changes nothing
with workspace.edit("sine") as signal:
    signal.xunit = "years"
    raise ZeroDivisionError("no")

# %% after that
workspace["sine"].xunit

# %% edit that makes it impossible
with workspace.edit("sine") as signal:
    signal.metadata["bad"] = object()

# %% edit that renames
with workspace.edit("m2") as image:
    image.title = "m2 renamed"
[workspace.list(), workspace["m2 renamed"]]

# %% edit that renames to a taken name
with workspace.edit("m2 renamed") as image:
    image.title = "sine"

# %% edit of data and dtype
with workspace.edit("image") as image:
    image.data = np.arange(6, dtype="uint8").reshape(2, 3)
workspace["image"]

# %% edit of what isn't there
with workspace.edit("cosine"):
    pass

# %% rename
workspace.rename("pairs", "odd pairs")
[workspace.list(), workspace["odd pairs"]]

# %% rename keeps everything
workspace.rename("sine", "sine/2")
workspace["sine/2"]

# %% rename to itself
workspace.rename("sine/2", "sine/2")
workspace.list("sine*")

# %% rename to a taken name
workspace.rename("sine/2", "ramp")

# %% rename what isn't there
workspace.rename("cosine", "c")

# %% rename to a wrong name
workspace.rename("sine/2", " ")

# %% rename back
workspace.rename("sine/2", "sine")
all_of("sine")

# %% pop
popped = workspace.pop("odd pairs")
[popped, workspace.exists("odd pairs")]

# %% pop what isn't there
[workspace.pop("cosine", None)]

# %% pop what isn't there without a default
workspace.pop("cosine")

# %% setdefault
[workspace.setdefault("sine", np.zeros(2)), workspace.setdefault("new", np.zeros(2))]

# %% update
workspace.update({"u1": np.zeros(2), "sine": workspace["sine"]}, u2=np.ones((2, 2)))
workspace.list()

# %% popitem
name, obj = workspace.popitem()
[name, obj, workspace.list()]

# %% del
del workspace["u1"]
workspace.list()

# %% del what isn't there
del workspace["u1"]

# %% remove
workspace.remove("new")
workspace.list()

# %% remove several
workspace.remove(["m1", "m3"])
workspace.list()

# %% remove several of which one isn't there
workspace.remove(["ramp", "nothing"])

# %% remove what isn't there
workspace.remove("ram")

# %% what is left
all_of()

# %% select
[workspace.select("ramp"), workspace.selection]

# %% select by a pattern
[workspace.select("*a*"), workspace.selection]

# %% select several
[workspace.select(["series", "ramp"]), workspace.selection]

# %% select what isn't there
workspace.select("cosine")

# %% select what isn't there by a pattern
workspace.select("cos*")

# %% the selection after adding
workspace.add({"a": np.ones(3), "b": np.ones(3)})
workspace.selection

# %% the selection after renaming and removing
workspace.rename("a", "c")
workspace.remove("b")
workspace.selection

# %% clear
cleared = workspace.clear()
[cleared, workspace.list(), workspace.selection]

# %% clear when empty
workspace.clear()
"""
