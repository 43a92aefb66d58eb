"""The notebook's cells on odd names, odd values and large objects."""

NAMES = """
# %% every name
emptied()
workspace.add({name: np.full(3, float(i)) for i, name in enumerate(samples.NAMES)})
[workspace.list() == list(samples.NAMES), [name for name in ("a/b", "..", "%2F", "信号", "a?b") if name in workspace]]

# %% what they hold
all_of()

# %% a name is exact first and a pattern second
[workspace.list("a*b"), workspace.list("what?"), workspace.list("a?b"), workspace.list("img[1]")]

# %% edit under such names
for name in ("a/b", "..", "🔬 microscope", "n" * 1000):
    with workspace.edit(name) as signal:
        signal.yunit = "V"
[workspace.list() == list(samples.NAMES), [workspace[name] for name in ("a/b", "🔬 microscope")]]

# %% rename between such names
workspace.rename("a/b", "c/d (2)")
workspace.rename("..", "%2e%2e")
workspace.rename("信号", "a/b")
workspace.list()

# %% overwrite under such names
for name in ("c/d (2)", ".", "%2F"):
    workspace[name] = np.zeros(2)
[workspace.list()[-3:], workspace["c/d (2)"]]

# %% names that DataLab takes for its own numbers
emptied()
workspace.add({name: np.full(3, 1.0) for name in ("one", "two", "s001: copy", "fft(s002)", "i001")})
workspace["s003 and s001"] = np.zeros((2, 2))
workspace["of s005 to i001"] = np.zeros(2)
workspace.list()

# %% stay when others are removed
workspace.remove("one")
workspace.list()

# %% stay when others are replaced
workspace["two"] = np.zeros(2)
workspace.list()

# %% stay when one of them is removed
workspace.remove("s001: copy")
[workspace.list(), "fft(s002)" in workspace, workspace["fft(s002)"]]

# %% stay when an image is removed
workspace["g"] = np.zeros((2, 2))
workspace["of i002"] = np.zeros((2, 2))
workspace.remove("s003 and s001")
all_of()

# %% stay when all but one are removed
workspace.remove([name for name in workspace.list() if name != "of s005 to i001"])
all_of()

# %% names with numbers at their end
emptied()
workspace.add({name: np.zeros(2) for name in ("a (2)", "a", "a (1)", "a (3)")})
workspace.remove("a")
workspace["a"] = np.ones(2)
all_of()

# %% 1,000 characters
name = "é" * 999 + "/"
workspace[name] = np.zeros(2)
workspace.rename(name, name[::-1])
[workspace.list() == ["a (2)", "a (1)", "a (3)", "a", name[::-1]], workspace[name[::-1]]]
"""

VALUES = """
# %% images of every dtype
emptied()
workspace.add({dtype: samples.full_image(dtype=dtype) for dtype in samples.IMAGE_DTYPES})
all_of()

# %% signals of every dtype
emptied()
workspace.add({dtype: np.arange(5).astype(dtype) for dtype in samples.IMAGE_DTYPES})
all_of()

# %% metadata of every kind
emptied()
workspace.add({make.__name__: make() for make in samples.OBJECTS})
all_of()

# %% odd metadata
signal = create_signal("", x, x)
signal.metadata = {
    "small": np.float32(0.1), "true": np.bool_(1), "half": np.float16(0.5), "c8": np.complex64(1j),
    "texts": np.array([["a", "é"], ["", "d"]]), "moments": np.array(["2024-01-01", "NaT"], "M8[s]"),
    "aware": datetime.datetime(2024, 1, 1, 12, tzinfo=datetime.UTC), "long": "x" * 70_000,
    "": {"": [], ".": {}}, "__dict": "reserved", "nul": "a\\0b", "surrogate": "\\ud800",
    "empty": np.zeros((0, 3)), "bools": np.array([True, False]), "i": np.arange(3, dtype="int8"),
    "big": np.array([[1.5, np.nan]], dtype=">f4"), "c": np.array([1 + 2j, np.inf]), "inf": np.inf,
    "list": [1, 2.5, True, "x", [None], {"deep": (1,)}, np.arange(2)], "coords": [[1, 2], [3, 4]],
    "array": ["array", [1, 2], "float"], "large": 2**62, "__private": 5, "datalab_kernel": {"of": 1},
    "-0": -0.0, "nan": np.float64("nan"), "tuple": (np.arange(2), (None, "x")), "\\u2028": "\\u2028",
}
workspace["odd"] = signal
workspace["odd"].metadata

# %% odd metadata after edit, rename and overwrite by itself
with workspace.edit("odd") as signal:
    signal.yunit = "µV"
workspace.rename("odd", "odd/2")
workspace["odd/2"] = workspace["odd/2"]
workspace["odd/2"]

# %% odd texts
signal = create_signal("", x, x, units=("µs\\0", "\\ud800"), labels=("\\u202e", "<b>&amp;</b>"))
workspace["texts"] = signal
workspace["texts"]

# %% a signal with every attribute
signal = create_signal("", x, x, dx=np.full(101, 0.1), dy=np.full(101, np.nan))
signal.autoscale, signal.xscalelog, signal.yscalelog = False, True, True
signal.xscalemin, signal.xscalemax, signal.yscalemin, signal.yscalemax = 0.5, 2.5, -1.0, 1.0
signal.set_annotations([{"type": "label", "text": "here"}])
workspace["scaled"] = signal
workspace["scaled"]

# %% an image with every attribute
image = create_image("", np.arange(6.0).reshape(2, 3))
image.autoscale, image.xscalelog = False, True
image.zscalemin, image.zscalemax = 0.5, 4.5
image.set_annotations([{"type": "label", "text": "here"}])
workspace["shown"] = image
workspace["shown"]

# %% error bars of one axis
workspace["dy only"] = create_signal("", x, x, dy=np.full(101, 0.2))
workspace["dx only"] = create_signal("", x, x, dx=np.full(101, 0.2))
[workspace["dy only"], workspace["dx only"]]

# %% empty signals and images
workspace["empty"] = np.zeros(0)
workspace["one"] = np.ones(1)
workspace["one pixel"] = np.ones((1, 1))
[workspace["empty"], workspace["one"], workspace["one pixel"]]

# %% an image without pixels
workspace["no pixels"] = np.zeros((0, 4))
workspace["no pixels"]

# %% NaN and infinity
workspace["nan"] = np.full((2, 2), np.nan)
workspace["nans"] = np.array([np.nan, np.inf, -np.inf, -0.0])
[workspace["nan"], workspace["nans"]]

# %% complex signals
workspace["complex"] = (x, np.exp(1j * x))
workspace["complex with bars"] = create_signal("", x, np.exp(1j * x), dy=np.full(101, 0.1))
[workspace["complex"], workspace["complex with bars"]]

# %% Fortran order and views
workspace["fortran"] = np.asfortranarray(np.arange(12.0).reshape(3, 4))
workspace["every second"] = np.arange(12.0)[::-2]
[workspace["fortran"], workspace["every second"]]

# %% a mask that masks nothing, and its fill value
masked = np.ma.array(np.arange(6).reshape(2, 3), mask=False, fill_value=7)
workspace["masked"] = create_image("", masked)
workspace["masked"]

# %% regions
image = samples.full_image()
image.roi = create_image_roi("rectangle", [[10.0, -3.0, 2.0, 1.0]])
image.roi.add_roi(create_image_roi("circle", [[12.0, -2.0, 1.0]]))
image.roi.add_roi(create_image_roi("polygon", [[10, -3, 12, -3, 12, -2]]))
workspace["regions"] = image
outside = samples.full_image()
outside.roi = create_image_roi("rectangle", [[10.0, -3.0, 2.0, 1.0]], inverse=True)
workspace["outside"] = outside
[workspace["regions"], workspace["outside"]]

# %% the table of all of them
[told(), workspace.to_dataframe("gain")]

# %% overwrite all of them at once
everything = {name: workspace[name] for name in workspace}
workspace.add(everything, overwrite=True)
all_of()

# %% overwrite several of which one is impossible
workspace.add({"one": np.zeros(2), "nan": np.zeros(3), "bad": object()}, overwrite=True)

# %% nothing was lost
all_of()
"""

LARGE = """
# %% large images of every dtype
emptied()
images = {}
for dtype in samples.IMAGE_DTYPES:
    data = np.zeros((650, 660), dtype)
    data[:6, :8] = np.arange(48).reshape(6, 8).astype(dtype)
    image = samples.full_image(dtype=dtype)
    image.data = data
    images[dtype] = image
workspace.add(images)
[told(), *(workspace.get(name, copy=False) for name in ("bool", "uint16", "complex64", ">f8"))]

# %% what the large ones hold
[[workspace[name].data.dtype.str, hash(workspace[name].data.tobytes())] for name in workspace]

# %% large ones of any dtype are renamed
workspace.rename("uint32", "renamed")
workspace.rename("bool", "renamed/2")
all_of("rena*")

# %% large objects with what archives don't carry
emptied()
big = np.linspace(0, 1, 62_500).reshape(250, 250)
coords = create_image("", big)
coords.set_coords(np.linspace(0, 3, 250) ** 2, np.linspace(1, 3, 250) ** 3)
workspace["coords"] = coords
workspace["mask"] = create_image("", np.ma.masked_greater(big, 0.9))
settings = create_image("", big)
settings.zscalemin, settings.zscalemax, settings.autoscale = 0.1, 0.9, False
settings.metadata |= samples.metadata()
settings.roi = create_image_roi("circle", [[100.0, 200.0, 50.0]])
workspace["settings"] = settings
long = np.linspace(0, 10, 30_000)
scaled = create_signal("", long, long**2, dx=np.full(30_000, 0.1), dy=np.full(30_000, 0.2))
scaled.xscalelog, scaled.yscalemin = True, 0.5
scaled.metadata |= samples.metadata()
workspace["scaled"] = scaled
all_of()

# %% large signals
emptied()
workspace["dy"] = create_signal("", long, long, dy=np.full(30_000, 0.2))
workspace["complex"] = create_signal("", long, long * (1 + 1j), units=("s", "V"))
workspace["unsorted"] = (long[::-1] % 3, np.cos(long))
workspace["integers"] = np.arange(30_000) // 10_000
workspace["nan"] = np.where(long > 5, np.nan, 1.0)
all_of()

# %% large objects under odd names
emptied()
for name in ("a/b", "..", "%2F", "🔬 what?", "s001: copy"):
    workspace[name] = big
workspace["a/b"] = 2 * big
with workspace.edit("..") as image:
    image.xunit = "mm"
workspace.rename("%2F", "a/c")
workspace.rename("🔬 what?", "plain")
all_of()

# %% large ones stay when others are removed
workspace.remove("..")
workspace.remove("plain")
all_of()

# %% large ones with a view
seen = workspace.get("a/b", copy=False)
[seen.data.flags.writeable, seen]

# %% compute of large ones
workspace["plain"] = np.arange(429_000, dtype="uint16").reshape(650, 660)
workspace.calc("gaussian_filter", on=["a/b", "plain"], sigma=2)
all_of("gauss*")

# %% large ones of masked and plain data replaced at once
workspace.add({"a/b": big, "a/c": create_image("", np.ma.masked_greater(big, 0.9))}, overwrite=True)
all_of("a/?")
"""
