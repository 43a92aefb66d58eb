"""The notebook's cells that compute, and one for each function of Sigima's registry."""

import os
from collections.abc import Iterator

from support.datalab.calc_cases import Case, cases
from support.datalab.notebook_observed import Cell

CALCULATING = """
# %% one object to one
emptied()
workspace["sine"] = samples.smooth_signal()
workspace["b"] = create_signal("", x, 1 + np.cos(x), units=("s", "V"))
workspace["img"] = np.exp(-((np.mgrid[:32, :40] - 15.0) ** 2).sum(0) / 40)
workspace.calc("moving_average", on="sine", n=5)

# %% run again replaces
[workspace.calc("moving_average", on="sine", n=5), workspace.list()]

# %% other parameters make another
[workspace.calc("moving_average", on="sine", n=7), workspace.list()]

# %% parameters as a dict
workspace.calc("moving_average", {"n": 5}, on="sine")

# %% parameters as a DataSet
from sigima.params import MovingAverageParam
workspace.calc("moving_average", MovingAverageParam.create(n=5), on="sine")

# %% by attribute
[workspace.calc.gaussian_filter(on="img", sigma=2.5), workspace.selection]

# %% of the selection
workspace.select("sine")
workspace.calc("fft")

# %% of a result
workspace.calc("ifft", on=workspace.calc("fft", on="sine"))

# %% several, and by a pattern
[workspace.calc("normalize", on=["sine", "b"]), workspace.calc("absolute", on="?")]

# %% several to one
workspace.calc("addition", on=["sine", "b"])

# %% two to one
workspace.calc("difference", on="sine", operand="b")

# %% several with one operand
workspace.calc("difference", on=["sine", "b"], operand="b", name=["d1", "d2"])

# %% several with an operand each
workspace.calc("division", on=["sine", "b"], operand=["b", "sine"], name=["q1", "q2"])

# %% one to several
signal = samples.signal_with_roi()
workspace["regions"] = signal
[workspace.calc("extract_rois", on="regions", param=signal.roi), workspace.list()]

# %% one to none
result = workspace.calc("fwhm", on="b")
[result, result.frame, workspace["b"]]

# %% one to none of regions
[workspace.calc("stats", on="regions"), workspace.results("regions")]

# %% geometry
[workspace.calc("centroid", on="img"), workspace.calc("enclosing_circle", on="img")]

# %% results stay on edit, rename and save
with workspace.edit("b") as signal:
    signal.xunit = "ms"
workspace.rename("b", "b2")
workspace.rename("b2", "b")
workspace.results()

# %% a name of one's own
[workspace.calc("derivative", on="sine", name="slope"), workspace["slope"]]

# %% that name again is its predecessor's
[workspace.calc("derivative", on="sine", name="slope"), workspace.list("slope*")]

# %% a taken name for a result
[workspace.calc("integral", on="sine", name="slope"), workspace.list("slope*")]

# %% not stored
result = workspace.calc("derivative", on="b", store=False)
[result, result.object, "derivative(b)" in workspace]

# %% of what isn't stored
workspace.calc("absolute", on=result)

# %% DataLab's own names
[workspace.calc("all_threshold", on="img"), workspace.list("*thr*")]

# %% regions by DataLab's name
workspace.calc("roi_extraction", on="regions", param=workspace["regions"].roi)

# %% an object of another kind
[workspace.calc("histogram", on="img", bins=10), workspace.list("hist*")]

# %% masks
workspace["masked"] = create_image("", np.ma.masked_greater(workspace["img"].data, 0.9))
workspace.calc("gaussian_filter", on="masked", sigma=1.0)

# %% other dtypes are widened
workspace["bytes"] = np.arange(64, dtype="uint32").reshape(8, 8)
[workspace.calc("gaussian_filter", on="bytes", sigma=1.0), workspace.calc("fliph", on="bytes")]

# %% coordinates of its own
workspace["grid"] = samples.image_with_coordinates()
[workspace.calc("flipv", on="grid"), workspace.calc("line_profile", on="grid", row=1)]

# %% complex, NaN, unsorted x
workspace["complex"] = (x, np.exp(1j * x))
workspace["gaps"] = (x, np.where(x > 5, np.nan, x))
workspace["unsorted"] = ([3.0, 1.0, 2.0, 0.0], [0.0, 1.0, 2.0, 3.0])
[workspace.calc("real", on="complex"), workspace.calc("stats", on="gaps"),
 workspace.calc("derivative", on="unsorted")]

# %% of an empty signal
workspace["empty"] = np.zeros(0)
workspace.calc("derivative", on="empty")

# %% of a source with an odd name
workspace["a/b: s001"] = samples.smooth_signal()
[workspace.calc("derivative", on="a/b: s001"), workspace["derivative(a/b: s001)"]]

# %% results of names with numbers stay when others are removed
workspace.remove(["empty", "gaps"])
[workspace.list("*s0*"), workspace.calc("derivative", on="a/b: s001"), workspace.list("*s0*")]

# %% a renamed source makes another
workspace.rename("complex", "z")
[workspace.calc("real", on="z"), workspace.list("real*")]

# %% results are carried along
workspace.keep_results = True
result = workspace.calc("normalize", on="b")
workspace.keep_results = False
result

# %% history
workspace.calc("moving_average", on=workspace.calc("absolute", on="sine"), n=3, name="end")
[workspace.history("end"), repr(workspace.history("end")), workspace.history("sine")]

# %% script
workspace.script("end")

# %% the script computes the same
before = workspace["end"]
exec(workspace.script("end"))
[before, workspace["end"]]

# %% script of what wasn't computed
workspace.script("sine")

# %% functions
[workspace.functions("*_fit"), len(workspace.functions()), len(workspace.functions(kind="image"))]

# %% a result's table
workspace.calc("fwhm", on="b")._repr_html_()

# %% all of it
all_of()

# %% nothing is selected
workspace.clear()
workspace.calc("fft")
"""

UNITS = """
# %% objects in several units
emptied()
volts = np.arange(5.0)
workspace["V"] = create_signal("", volts, volts + 1, units=("s", "V"))
workspace["mV"] = create_signal("", volts * 1000, volts * 500, units=("ms", "mV"))
workspace["A"] = create_signal("", volts, volts + 2, units=("s", "A"))
workspace["counts"] = create_signal("", volts, volts + 3, units=("s", "counts"))
workspace["none"] = create_signal("", volts, volts, units=("s", ""))
workspace["grating"] = create_image("", np.cos(np.mgrid[:8, :12].sum(0)), units=("mm", "mm", "V"))

# %% operands are converted
result = workspace.calc("difference", on="V", operand="mV")
[result, result.notes, workspace[result.name], workspace.notes(result.name)]

# %% operands as they are
result = workspace.calc("difference", on="V", operand="mV", units="as they are")
[result, result.notes, workspace[result.name], workspace.script(result.name)]

# %% several in several units
result = workspace.calc("addition", on=["mV", "V", "none"])
[result.object, workspace.notes(result.name)]

# %% units of different quantities
workspace.calc("difference", on="V", operand="A")

# %% units that nobody knows
workspace.calc("difference", on="V", operand="counts").object

# %% units of results
[workspace.calc(name, on="V").object for name in ("derivative", "fft", "sqrt", "inverse")]

# %% units of products
[workspace.calc("product", on=["V", "A"]).object, workspace.calc("division", on="V", operand="A").object]

# %% an image of frequencies, and back
there = workspace.calc("fft", on="grating")
[there.object, workspace.calc("ifft", on=there).object, workspace.calc("psd", on="grating").object]

# %% all of it, in units
all_of()
"""

ARITHMETIC = """
# %% objects for arithmetic
emptied()
workspace["a"] = create_signal("", x, 3 + np.sin(x), units=("s", "V"), labels=("time", "voltage"))
workspace["b"] = create_signal("", x, 1 + x, units=("s", "V"))
workspace["mV"] = create_signal("", x, 1000 + x, units=("s", "mV"))
workspace["short"] = (x[:50], x[:50])
workspace["img"] = create_image("", np.arange(12.0).reshape(3, 4) + 1, units=("mm", "mm", "lx"))
workspace["bytes"] = np.array([[4, 9], [16, 0]], np.uint8)

# %% operators store what they compute
workspace["d"] = (workspace["a"] - workspace["b"]) / workspace["b"]
workspace["e"] = 2 * np.log10(abs(workspace["d"])) - 1
[workspace["d"], workspace["e"], repr(workspace.history("e")), workspace.script("e")]

# %% operators on images
[np.sqrt(workspace["img"]), workspace["img"] ** 2, 1 / workspace["img"], np.sqrt(workspace["bytes"])]

# %% operators convert
converted = workspace["a"] + workspace["mV"]
workspace["converted"] = converted
[converted, workspace.notes("converted")]

# %% an operator that stores in place
workspace["d"] *= 2
[workspace["d"], repr(workspace.history("d"))]

# %% operands on other axes
workspace["a"] - workspace["short"]

# %% a computation of ours
smooth = workspace.calc("savitzky_golay", on="a", window_length=9, deriv=1)
[smooth, smooth.object, workspace.history(smooth), workspace.script(smooth)]

# %% a baseline, and a spectrum without it
below = workspace.calc("baseline", on="a", method="modpoly", poly_order=1)
flat = workspace.calc("baseline_removal", on=["a", "b"], method="modpoly", poly_order=1)
[below.object, flat, flat.objects, workspace.script(flat.names[0])]

# %% a parameter of another method
workspace.calc("baseline_removal", on="a", method="arpls", poly_order=1)

# %% all of it, with arithmetic
all_of()
"""

MICROSCOPY = """
# %% frames and labels
emptied()
rng = np.random.default_rng(3)
planes = rng.integers(60_000, 65_536, (2, 2, 12, 16), dtype=np.uint16)
frames = {}
for z, c in np.ndindex(2, 2):
    plane = create_image("", planes[z, c], units=("µm", "µm", "counts"))
    plane.dx = plane.dy = 0.5
    plane.metadata["frame"] = {"Z": z, "C": c}
    frames[f"f Z{z} C{c}"] = plane
workspace.add(frames, group="f")
spots = create_image("", np.zeros((12, 16)), units=("µm", "µm", "V"))
spots.data[2:6, 3:9] = 2.0
spots.data[7:10, 8:14] = 3.0
spots.dx, spots.dy = 0.5, 0.25
workspace.add("spots", spots, group="others")

# %% a stack
stack = workspace.stack("f")
[repr(stack), stack.names, stack.axes, stack.select(Z=1).names, stack[1], stack[1:3].names]

# %% projections
results = [stack.max("Z"), stack.sum(["Z", "C"]), stack.mean(["Z", "C"])]
[[result, *result.objects] for result in results]

# %% a projection's history
[workspace.script("sum(f)"), workspace.list(group="projections"), workspace.stack("f").names]

# %% a projection of several axes unasked
stack.max()

# %% no such stack
workspace.stack("g")

# %% planes in one array
workspace.add("planes", np.zeros((2, 3, 4)))

# %% regions
result = workspace.calc("label_regions", on="spots", threshold=1.0)
split = workspace.calc("watershed_split", on=result, name="cells")
[result.object, split.object, workspace.history("cells")]

# %% what regions measure
result = workspace.calc("region_properties", on="cells", operand="spots")
[result, result.frame, workspace.results("cells"), workspace.script("cells"), workspace["cells"]]

# %% regions of other pixels
workspace.calc("region_properties", on="cells", operand="f Z0 C0")

# %% all of it, regions
all_of()
"""

MISTAKES = """
# %% a computation that is known to mislead
workspace["counts"] = np.full((4, 4), 200, np.uint8)
result = workspace.calc("binning", on="counts", sx=2, sy=2)
[result, result.notes, workspace.notes(result.name), workspace.history(result.name)[-1].notes]

# %% what is computed of it says so too
[workspace.notes(workspace.calc("absolute", on=result)), workspace.notes("counts")]

# %% an analysis that is known to mislead
u = np.linspace(-5, 5, 101)
workspace["pedestal"] = (u, 1 + np.exp(-(u**2) / 2))
result = workspace.calc("fwhm", on="pedestal")
[result, result.notes, workspace.notes("pedestal"), workspace["pedestal"]]

# %% objects for mistakes
emptied()
workspace["sine"] = samples.smooth_signal()
workspace["b"] = create_signal("", x, 1 + np.cos(x), units=("s", "V"))
workspace["img"] = np.ones((8, 8))

# %% an unknown function
workspace.calc("gausian_filter", on="img")

# %% a function of the other kind
workspace.calc("gaussian_filter", on=["img", "sine"])

# %% an unknown parameter
workspace.calc("moving_average", on="sine", m=3)

# %% a value of a wrong type
workspace.calc("moving_average", on="sine", n="many")

# %% a value out of range
workspace.calc("gaussian_filter", on="img", sigma=-1.0)

# %% a missing parameter
workspace.calc("addition_constant", on="sine")

# %% a missing operand
workspace.calc("difference", on="sine")

# %% an operand that isn't there
workspace.calc("difference", on="sine", operand="nothing")

# %% an operand of the other kind
workspace.calc("difference", on="sine", operand="img")

# %% a source that isn't there
workspace.calc("derivative", on="nothing")

# %% a pattern that finds nothing
workspace.calc("derivative", on="nothing*")

# %% an empty list
workspace.calc("derivative", on=[])

# %% an object instead of a name
workspace.calc("derivative", on=workspace["sine"])

# %% too few names
workspace.calc("derivative", on=["sine", "b"], name=["one"])

# %% a wrong name
workspace.calc("derivative", on="sine", name=" ")

# %% a name for an analysis
workspace.calc("fwhm", on="b", name="width")

# %% a computation that fails
workspace.calc("bandwidth_3db", on="sine")

# %% one of several that fails changes nothing
workspace["short"] = np.zeros(2)
[workspace.calc("gaussian_fit", on=["b", "short"])]

# %% several results of which one can't be kept
workspace.calc("extract_rois", on="sine", param=None)

# %% after all mistakes
all_of()
"""

FITTING = """
# %% a fit
t = np.linspace(0, 5, 80)
workspace["decay"] = create_signal("", t, 3 * np.exp(-t) + 1, dy=0.1 + 0 * t, units=("s", "V"))
fit = workspace.fit("decay", "exponential", fixed={"y0": 1.25})
[fit, fit.frame, fit.statistics, fit.correlations, fit.residuals, workspace[fit.name]]

# %% a fit in results, history and script
[workspace.results(fit), str(workspace.history(fit)), workspace.script(fit), workspace.notes(fit)]
"""

IS_FULL = bool(os.environ.get("DATALAB_KERNEL_TEST_FULL"))

SAMPLE = (
    "signal.fft", "signal.normalize", "signal.gaussian_fit", "signal.interpolate", "signal.average",
    "signal.convolution", "signal.peak_detection", "signal.dynamic_parameters", "signal.fwhm",
    "signal.moving_median", "signal.quadratic_difference", "signal.apply_window",
    "image.binning", "image.rotate90", "image.threshold_otsu", "image.dilation", "image.blob_log",
    "image.radial_profile", "image.contour_shape", "image.standard_deviation", "image.erase",
    "image.flatfield", "image.offset_correction", "image.butterworth", "image.centroid",
)  # fmt: skip
"""Functions of the ordinary run."""


def registry_cells() -> Iterator[Cell]:
    """Give a cell for each function, with the objects that it needs."""
    chosen = [case for case in cases() if case.id.endswith("-default") and _is_chosen(case)]
    names = sorted({name for case in chosen for name in (*case.on, *case.operands)})
    code = f"emptied()\nworkspace.add({{name: one for name, one in inputs().items() if name in {names!r}}})\n"
    yield Cell("objects for the registry", code)
    for case in chosen:
        yield Cell(f"registry: {case.function}", _code(case))


def _is_chosen(case: Case) -> bool:
    return IS_FULL or case.function.removeprefix("sigima.") in SAMPLE


def _code(case: Case) -> str:
    operand = [*case.operands] or None
    param, keywords = None, case.params
    if isinstance(keywords, list):
        param, keywords = keywords, {}
    elif isinstance(keywords, str):
        keywords = {}
    return (
        f"workspace.calc({case.function!r}, {param!r}, on={case.on!r}, operand={operand!r}, "
        f"**{keywords!r})\n"
    )
