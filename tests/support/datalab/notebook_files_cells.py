"""The notebook's cells on groups, files, tables and what a workspace is connected to."""

GROUPS = """
# %% groups are made in their order
workspace.add("g1", np.zeros(3), group="first")
workspace.add("g2", np.zeros(3), group="second")
workspace.add("g3", np.zeros(3), group="first")
workspace.add("i1", np.zeros((2, 2)), group="second")
workspace.add("i2", np.zeros((2, 2)), group="pictures: a/b é")
told()

# %% without a group it is the last one
workspace.add("g4", np.zeros(3))
workspace["i3"] = np.zeros((2, 2))
told()

# %% list of a group
[workspace.list(group="first"), workspace.list(group="second"), workspace.list("i*", group="second")]

# %% overwrite stays in the group
workspace["g1"] = np.ones(3)
told()

# %% overwrite into another group
workspace.add("g3", np.ones(3), overwrite=True, group="second")
told()

# %% overwrite by the other kind goes to that kind's last group
workspace["g4"] = np.ones((2, 2))
told()

# %% edit stays in the group
with workspace.edit("g1") as signal:
    signal.xunit = "s"
told()

# %% rename stays in the group
workspace.rename("g1", "g1 renamed")
told()

# %% a result goes to its source's group
workspace.calc("absolute", on="g1 renamed")
workspace.calc("absolute", on="i1")
told()

# %% a result of the other kind goes to the last group
workspace.calc("histogram", on="i1", bins=4)
told()

# %% a result of several groups
workspace.calc("addition", on=["g1 renamed", "g2", "g3"])
told()

# %% a mapping into a group
workspace.add({"x1": np.zeros(2), "x2": np.zeros((2, 2))}, group="both")
told()

# %% an empty group
workspace.remove(workspace.list(group="first"))
told()

# %% an empty group is in the file
path = workspace.save(folder / "groups")
[one.name for one in folder.iterdir()]

# %% and comes back
emptied()
[workspace.load(folder / "groups"), told()]

# %% all removed, the groups stay
workspace.clear()
workspace.add("later", np.zeros(2))
workspace.add("back in the first", np.zeros(2), group="first")
told()
"""

FILES = """
# %% save
emptied()
workspace.add("full", samples.full_signal(), group="first")
workspace.add("other", np.zeros(3), group="second")
workspace.add("image", samples.full_image(), group="pictures")
workspace["a/b"] = samples.image_with_coordinates()
workspace.calc("stats", on="full")
workspace.calc("fft", on="other")
path = workspace.save(folder / "all")
[path, [one.name for one in sorted(folder.glob("all*"))]]

# %% what is in the file, but for identities
import h5py
contents = {}
def note(name, item):
    attrs = sorted({*item.attrs} - {"__uuid", "__number", "__dict"})
    if attrs or not name.endswith("metadata"):
        contents[name] = [attrs, item[()] if isinstance(item, h5py.Dataset) else None]
with h5py.File(path) as file:
    file.visititems(note)
[list(contents), {name: one for name, one in contents.items() if "datalab_kernel" not in name}]

# %% saving changed nothing
all_of()

# %% save over it, and under a name with a suffix
[workspace.save(str(path)), workspace.save(folder / "again.hdf5")]

# %% save into a missing folder
workspace.save(folder / "missing" / "all.h5")

# %% save over something else
(folder / "notes.h5").write_text("mine")
workspace.save(folder / "notes.h5")

# %% load what is there already
workspace.load(path)

# %% that changed nothing
told()

# %% load with overwrite
[workspace.load(path, overwrite=True), told()]

# %% load into an empty workspace
workspace.clear()
[workspace.load(path), all_of()]

# %% the history is in the file
[workspace.history("fft(other)"), workspace.script("fft(other)")]

# %% load some
workspace.remove(["full", "image"])
[workspace.load(path, names="fu*"), workspace.load(path, names=["image"]), told()]

# %% load a name that isn't in the file
workspace.load(path, names="nothing")

# %% load a missing file
workspace.load(folder / "missing.h5")

# %% load what is no such file
workspace.load(folder / "notes.h5")

# %% load a damaged file
(folder / "damaged.h5").write_bytes(path.read_bytes()[:3000])
workspace.load(folder / "damaged.h5")

# %% load a text file
text = "Time;Channel A;Channel B\\n(ms);(V);(V)\\n\\n0,0;1,25;2\\n0,5;1,5;3\\n"
(folder / "scope.csv").write_text(text)
names = workspace.load(folder / "scope.csv")
[names, [workspace[name] for name in names]]

# %% load several files by a pattern
(folder / "scope2.csv").write_text(text)
workspace.load(folder / "scope*.csv", overwrite=True)

# %% load with options
(folder / "plain.txt").write_text("# a comment\\n1 2\\n3 4\\n5 6\\n")
names = workspace.load(folder / "plain.txt", read={"kind": "signal"})
[names, [workspace[name] for name in names]]

# %% load an array
np.save(folder / "array.npy", np.arange(6, dtype="uint16").reshape(2, 3))
[workspace.load(folder / "array.npy"), workspace["array"]]

# %% load an example
[workspace.load_example()[:2], workspace.load_example("paracetamol"), workspace["paracetamol"]]

# %% load examples that are computed
added = [workspace.load_example(name) for name in ("decay", "microscopy", "spectroscopy")]
[added, workspace["nuclei"], workspace["decay"], workspace["raman 040 %"]]

# %% load a file with a title twice
from datalab_kernel.storage import Contents, StoredGroup, write_workspace
twins = [create_signal("twin", x, x + n) for n in range(2)]
empty = StoredGroup(title="empty", objects=[])
groups = [StoredGroup(title="same", objects=twins), StoredGroup(title="same", objects=[]), empty]
write_workspace(folder / "twins.h5", Contents(signals=groups, images=[empty]))
[workspace.load(folder / "twins.h5"), told(), workspace["twin (2)"]]

# %% save the twins
workspace.save(folder / "twins again")
emptied()
[workspace.load(folder / "twins again.h5"), all_of()]

# %% export
workspace["line"] = ([0.0, 1.0], [2.0, 3.0])
workspace["a/b"] = np.arange(6, dtype="uint8").reshape(2, 3)
exported = workspace.export(["line", "a/b"], folder / "{name}.csv")
[list(exported), exported.dropped, [one.read_text() for one in exported]]

# %% export over it
workspace.export("line", folder / "{name}.csv")

# %% export of what isn't there
workspace.export("nothing", folder / "nothing.csv")

# %% export of what such a file can't hold
workspace.export("a/b", folder / "picture.h5sig")

# %% export an object of DataLab's and load it again
workspace.export("line", folder / "line.h5sig")
workspace.remove("line")
[workspace.load(folder / "line.h5sig"), workspace["line"]]
"""

TABLES = """
# %% attach
emptied()
workspace["a"] = samples.smooth_signal()
workspace.attach("a", "line fit", {"slope": 1.0, "offset": 2.0})
workspace["a"]

# %% attach a frame with regions
frame = pd.DataFrame({"roi": [0, 1], "area": [1.5, np.nan], "name": ["x", "y"], "ok": [True, False]})
workspace.attach("a", "areas", frame)
workspace.results("a")

# %% attach again replaces
workspace.attach("a", "line fit", {"slope": [3.0, 4.0]})
workspace.results("a", "line_fit")

# %% attach to what isn't there
workspace.attach("b", "fit", {"slope": 1.0})

# %% attach what is no table
workspace.attach("a", "fit", 5)

# %% results of nothing
[workspace.results(function="nothing"), len(workspace.results())]

# %% results of what isn't there
workspace.results("nothing*")

# %% to_pandas
workspace["image"] = samples.full_image()
workspace["dates"] = pd.Series([1.0, 2.0], index=pd.date_range("2024-02-28", periods=2))
[workspace.to_pandas(name) for name in workspace]

# %% the table with pictures
workspace._repr_html_().replace(str(workspace.mode), "MODE")

# %% to_xarray
workspace["coords"] = samples.image_with_coordinates()
[workspace.to_xarray(name) for name in workspace]

# %% of what isn't there
workspace.to_pandas("nothing")

# %% to_dataframe with metadata
workspace.to_dataframe(["number", "text"])
"""

CONNECTED = """
# %% mode
workspace.mode

# %% repr names the mode
repr(workspace)

# %% status
status = workspace.status()
[status.signals, status.images, status.size_bytes, status.has_unsaved_changes, status.autosave]

# %% where it is
workspace.status().where

# %% proxy
type(workspace.proxy).__name__

# %% autosave
workspace.autosave(folder / "autosaved.h5") and workspace.autosave(None)

# %% autosave with a wrong interval
workspace.autosave(folder / "autosaved.h5", every_s=0)

# %% resync when there is nothing to switch to
type(workspace.resync()).__name__

# %% on_change
changes = []
subscription = workspace.on_change(changes.append)
emptied()
workspace["a"] = np.zeros(3)
workspace["a"] = np.ones(3)
workspace.calc("absolute", on="a")
workspace.rename("a", "b")
workspace.remove("b")
workspace.clear()
subscription.cancel()
workspace["c"] = np.zeros(3)
changes

# %% a callback that fails ends nothing
import logging
logging.disable(logging.ERROR)
subscription = workspace.on_change(lambda change: 1 / 0)
workspace["d"] = np.zeros(3)
subscription.cancel()
logging.disable(logging.NOTSET)
workspace.list()

# %% wait_for what is there
workspace.wait_for("d", 1)

# %% wait_for what doesn't come
workspace.wait_for("e", 0.05)

# %% pickle
pickle.dumps(workspace)

# %% a wrong option
type(workspace)(str(workspace.mode), colour="red")
"""
