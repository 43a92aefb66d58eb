"""The cases that are computed here and by DataLab: every function, in many ways."""

import dataclasses
from collections.abc import Iterator
from enum import Enum
from functools import cache
from typing import Any

from sigima.proc.contracts import build_contract_registry

KIND_INPUT = {"signal": "peak", "image": "spot"}
REGIONS = {"signal": "signal regions", "image": "image regions"}
OPERAND = {"signal": "peak 2", "image": "spot 2"}

INPUT = {
    "signal.bandwidth_3db": "low-pass",
    "signal.cdf_fit": "step",
    "signal.complex_from_magnitude_phase": "peak",
    "signal.contrast": "sine",
    "signal.dynamic_parameters": "sine",
    "signal.evaluate_fit": "fitted",
    "signal.exponential_fit": "decay",
    "signal.extract_pulse_features": "pulse",
    "signal.extract_roi": "signal regions",
    "signal.extract_rois": "signal regions",
    "signal.ifft": "spectrum",
    "signal.imag": "spectrum",
    "signal.piecewiseexponential_fit": "decay",
    "signal.planckian_fit": "black body",
    "signal.real": "spectrum",
    "signal.phase": "spectrum",
    "signal.replace_special_values": "gaps",
    "signal.sigmoid_fit": "step",
    "signal.sinusoidal_fit": "sine",
    "signal.transpose": "ramp",
    "image.blob_dog": "spots",
    "image.blob_doh": "spots",
    "image.blob_log": "spots",
    "image.blob_opencv": "dark spots",
    "image.contour_shape": "spots",
    "image.equalize_adapthist": "unit",
    "image.extract_roi": "image regions",
    "image.extract_rois": "image regions",
    "image.hough_circle_peaks": "rings",
    "image.ifft": "image spectrum",
    "image.imag": "image spectrum",
    "image.phase": "image spectrum",
    "image.real": "image spectrum",
    "image.replace_special_values": "gaps image",
}
"""What a function needs to find something, or to run at all."""

FURNISHED = {
    "signal.evaluate_fit": "fitted regions",
    "signal.ifft": "spectrum regions",
    "image.equalize_adapthist": "unit regions",
    "image.ifft": "image spectrum",
}
"""What has regions, results and more, where the usual ones would be refused."""

OPERANDS = {
    "signal.convolution": "kernel",
    "signal.deconvolution": "kernel",
    "signal.evaluate_fit": "short peak",
    "signal.interpolate": "short peak",
    "image.convolution": "kernel image",
    "image.deconvolution": "kernel image",
}

Values = dict[str, Any] | list[dict[str, Any]] | str
RECTANGLE = {"geometry": "rectangle", "x0": 4, "y0": 6, "dx": 20, "dy": 12}
CIRCLE = {"geometry": "circle", "xc": 30.0, "yc": 20.0, "r": 9.0}
SMALL_BLOBS = {"min_sigma": 2.0, "max_sigma": 8.0, "exclude_border": False}

REQUIRED: dict[str, Values] = {
    **{
        f"{kind}.{name}_constant": {"value": 2.5}
        for kind in ("signal", "image")
        for name in ("addition", "difference", "product", "division")
    },
    "signal.offset_correction": {"xmin": 0.5, "xmax": 2.0},
    "signal.extract_roi": "roi",
    "signal.extract_rois": "roi",
    "image.log10_z_plus_n": {"n": 1.0},
    "image.hough_circle_peaks": {"min_radius": 5, "max_radius": 14, "min_distance": 8},
    "image.offset_correction": RECTANGLE,
    "image.extract_roi": "roi",
    "image.extract_rois": "roi",
    "image.erase": [RECTANGLE],
}
"""What has no default: given in every case."""

CHANGED: dict[str, Values] = {
    "signal.bandpass": {"method": "elliptic", "order": 2, "cut0": 1.0, "cut1": 4.0, "nfft": 512},
    "signal.bandstop": {"method": "elliptic", "order": 2, "cut0": 1.0, "cut1": 4.0, "nfft": 512},
    "signal.lowpass": {"method": "chebyshev1", "order": 4, "cut0": 2.5, "zero_padding": False},
    "signal.highpass": {"method": "chebyshev2", "order": 4, "cut0": 2.5, "zero_padding": False},
    "signal.clip": {"lower": 2.1, "upper": 2.7},
    "signal.fwhm": {"method": "gauss", "xmin": 1.0, "xmax": 9.0},
    "signal.full_width_at_y": {"y": 2.4},
    "signal.x_at_y": {"y": 2.4},
    "signal.y_at_x": {"x": 5.01},
    "signal.histogram": {"bins": 40, "lower": 2.0, "upper": 2.5},
    "signal.resampling": {"method": "cubic", "xmin": 1.0, "xmax": 8.0, "mode": "nbpts", "nbpts": 50},
    "signal.extract_pulse_features": {
        "signal_shape": "square",
        "xstartmin": 0.5,
        "xstartmax": 2.5,
        "xendmin": 7.0,
        "xendmax": 9.0,
    },
    "signal.offset_correction": {"xmin": 8.0, "xmax": 9.5},
    "signal.extract_roi": [{"xmin": 1.0, "xmax": 3.0}, {"xmin": 5.0, "xmax": 9.0}],
    "signal.extract_rois": [{"xmin": 1.0, "xmax": 3.0}, {"xmin": 5.0, "xmax": 9.0}],
    "image.average_profile": {
        "direction": "vertical", "row1": 5, "row2": 30, "col1": 8, "col2": 50,
    },
    "image.binning": {"sx": 4, "sy": 2, "operation": "AVERAGE", "change_pixel_size": False},
    "image.adjust_brightness_contrast": {"minimum": 100.0, "maximum": 140.0},
    "image.blob_dog": {**SMALL_BLOBS, "create_rois": True, "roi_geometry": "CIRCLE"},
    "image.blob_doh": {"min_sigma": 2.0, "max_sigma": 8.0, "log_scale": True},
    "image.blob_log": {**SMALL_BLOBS, "create_rois": True},
    "image.blob_opencv": {
        "min_threshold": 20.0, "max_threshold": 180.0, "min_repeatability": 3,
        "min_dist_between_blobs": 5.0, "filter_by_circularity": True, "create_rois": True,
    },
    "image.canny": {"sigma": 1.5, "low_threshold": 5.0, "high_threshold": 20.0, "use_quantiles": False},
    "image.clip": {"lower": 105.0, "upper": 130.0},
    "image.contour_shape": {"threshold": 0.4, "shape": "CIRCLE", "create_rois": True},
    "image.hough_circle_peaks": {
        "min_radius": 4, "max_radius": 12, "min_distance": 10, "create_rois": True,
    },
    "image.histogram": {"bins": 40, "lower": 100.0, "upper": 140.0},
    "image.line_profile": {"direction": "vertical", "row": 3, "col": 22},
    "image.log10_z_plus_n": {"n": 10.0},
    "image.offset_correction": CIRCLE,
    "image.erase": [RECTANGLE, CIRCLE],
    "image.extract_roi": [RECTANGLE, CIRCLE],
    "image.extract_rois": [RECTANGLE, CIRCLE],
    "image.peak_detection": {"threshold": 0.3, "size": 12, "create_rois": True},
    "image.radial_profile": {"center": "user", "x0": 20.0, "y0": 18.0},
    "image.rescale_intensity": {"in_range": "dtype", "out_range": "float32"},
    "image.resampling": {
        "xmin": 5.0, "xmax": 50.0, "ymin": 4.0, "ymax": 40.0, "mode": "shape",
        "width": 33, "height": 21, "method": "CUBIC", "fill_value": -1.0,
    },
    "image.resize": {"zoom": 1.5, "mode": "NEAREST", "order": 1},
    "image.rotate": {"angle": 30.0, "reshape": True, "mode": "NEAREST", "order": 1},
    "image.segment_profile": {"row1": 5, "col1": 8, "row2": 40, "col2": 55},
    "image.threshold": {"method": "manual", "value": 120.0, "operation": "<"},
    "image.translate": {"dx": 3.5, "dy": -2.0},
    "image.zero_padding": {"strategy": "custom", "rows": 5, "cols": 9, "position": "AROUND"},
}  # fmt: skip
"""Parameters that differ from the defaults, where changing each by itself makes no sense."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Case:
    """One computation.

    ``groups`` are the selected objects by the title of their group. ``is_entered`` says whether
    DataLab's parameters are what its dialog has after a person entered them, or its raw defaults.
    """

    id: str
    function: str
    kind: str
    groups: tuple[tuple[str, tuple[str, ...]], ...]
    operands: tuple[str, ...] = ()
    pairwise: bool = False
    params: Values = dataclasses.field(default_factory=dict)
    paramclass: str = ""
    keep_results: bool = False
    is_entered: bool = True

    @property
    def on(self) -> list[str]:
        """The names of the selected objects."""
        return [name for _, names in self.groups for name in names]

    def values(self) -> dict[str, Any]:
        """What goes to DataLab."""
        return dataclasses.asdict(self)


@cache
def cases() -> tuple[Case, ...]:
    """Return all cases, in a fixed order."""
    contracts = build_contract_registry().contracts
    found = [case for contract in contracts for case in _of_function(contract)]
    found += _of_groups()
    found += _of_grids()
    found += _keeping_results()
    found += _of_names()
    found.append(
        dataclasses.replace(
            next(case for case in found if case.id == "image.arithmetic-default"),
            id="image.arithmetic-untouched",
            is_entered=False,
        )
    )
    assert len({case.id for case in found}) == len(found)
    return tuple(found)


def _case(contract: Any, variant: str, on: tuple[str, ...] | str, params: Values, **more) -> Case:
    kind, name = contract.inputs[0].kind, contract.operation_id.removeprefix("sigima.")
    names = (on,) if isinstance(on, str) else on
    if contract.pattern == "2_to_1":
        more = {"operands": (OPERANDS.get(name, OPERAND[kind]),)} | more
    if contract.pattern == "n_to_1" and len(names) == 1:
        names = (*names, OPERAND[kind])
    return Case(
        id=f"{name}-{variant}",
        function=contract.operation_id,
        kind=kind,
        groups=(("group", names),),
        params=params,
        **more,
    )


def _of_function(contract: Any) -> Iterator[Case]:
    kind, name = contract.inputs[0].kind, contract.operation_id.removeprefix("sigima.")
    on, required = INPUT.get(name, KIND_INPUT[kind]), REQUIRED.get(name, {})
    yield _case(contract, "default", on, required)
    furnished = FURNISHED.get(name, REGIONS[kind])
    yield _case(contract, "regions", furnished, required)
    other = OPERAND[kind] if furnished == REGIONS[kind] else furnished
    yield _case(contract, "several", tuple(dict.fromkeys((on, other, furnished))), required)
    if required and required != "roi":
        yield _case(contract, "missing", on, {})
    if required == "roi":  # what follows has no regions
        required = CHANGED[name]
    if kind == "image":
        for dtype in ("uint8", "int16", "uint16", "float32"):
            yield _case(contract, dtype, f"spot {dtype}", required)
        yield _case(contract, "regions-uint16", "image regions uint16", required)
        yield _case(contract, "grid", "grid", required)
        yield _case(contract, "calibrated", "calibrated", required)
    else:
        yield _case(contract, "error-bars", "error bars", required)
        yield _case(contract, "complex", "spectrum", required)
    if contract.parameters:
        yield _case(contract, "changed", on, CHANGED.get(name) or _changed(contract, required))
        for values in _choices(contract):
            ((item, key),) = values.items()
            both = values | required if isinstance(required, dict) else values
            yield _case(contract, f"{item}={key}", on, both)


def _changed(contract: Any, required: Values) -> Values:
    """Change every parameter a little, within its limits."""
    changed = {}
    paramclass = contract.parameters[0].paramclass
    prototype = paramclass()
    for item in prototype.get_items():
        value = _other_value(item, getattr(prototype, item.get_name()))
        if value is not None:
            changed[item.get_name()] = value
    return required | changed if isinstance(required, dict) else changed


def _other_value(item: Any, value: Any) -> Any:
    match type(item).__name__:
        case "BoolItem":
            return not value
        case "ChoiceItem":
            keys = _keys(item)
            return keys[-1] if keys[-1] != value else keys[0]
        case "IntItem" | "FloatItem" if value is not None:
            step = 2 if item.get_prop("data", "even", None) is not None else 1
            other = value + step if isinstance(value, int) else (0.75 * value or 0.5)
            low, high = (item.get_prop("data", limit, None) for limit in ("min", "max"))
            other = other if high is None else min(other, high)
            return other if low is None else max(other, low)
    return None


def _keys(item: Any) -> list[Any]:
    choices = item.get_prop("data", "choices")
    keys = [] if callable(choices) else [choice[0] for choice in choices]
    return [key.value if isinstance(key, Enum) else key for key in keys]


def _choices(contract: Any) -> Iterator[dict[str, Any]]:
    """Give each choice of each parameter that isn't its default, alone."""
    if contract.operation_id.endswith(("extract_roi", "extract_rois", "erase")):
        return
    prototype = contract.parameters[0].paramclass()
    for item in prototype.get_items():
        if type(item).__name__ == "ChoiceItem":
            for key in _keys(item):
                if key != getattr(prototype, item.get_name()) and isinstance(key, str):
                    yield {item.get_name(): key}


def _of_groups() -> Iterator[Case]:
    """Give functions of several objects, in two groups and pairwise."""
    groups = {
        "signal": (("first", ("peak", "peak 2")), ("second", ("short peak", "signal regions"))),
        "image": (("first", ("spot", "spot 2")), ("second", ("calibrated", "image regions"))),
    }
    operands = {"signal": ("peak 2", "moved peak"), "image": ("spot 2", "spot uint8")}
    for contract in build_contract_registry().contracts:
        kind, name = contract.inputs[0].kind, contract.operation_id.removeprefix("sigima.")
        required = REQUIRED.get(name, {})
        if contract.pattern == "n_to_1":
            yield dataclasses.replace(
                _case(contract, "groups", ("-",), required), groups=groups[kind]
            )
        if contract.pattern == "2_to_1":
            on = (INPUT.get(name, KIND_INPUT[kind]), FURNISHED.get(name, REGIONS[kind]))
            options = {"operands": operands[kind], "pairwise": True}
            yield _case(contract, "pairwise", on, required, **options)
            itself = INPUT.get(name, KIND_INPUT[kind])
            yield _case(contract, "itself", itself, required, operands=(itself,))


def _of_grids() -> Iterator[Case]:
    """Give signals whose x differ in length or range to what combines them."""
    for contract in build_contract_registry().contracts:
        name = contract.operation_id.removeprefix("sigima.")
        if contract.inputs[0].kind != "signal":
            continue
        if contract.pattern == "2_to_1":
            for operand in ("short peak", "moved peak"):
                options = {"operands": (operand,)}
                first = INPUT.get(name, "peak")
                second = FURNISHED.get(name, "peak 2")
                yield _case(contract, f"with {operand}", (first, second), {}, **options)
            yield _case(contract, "shorter", "short peak", {}, operands=("peak",))
        if contract.pattern == "n_to_1":
            yield _case(contract, "grids", ("peak", "short peak", "moved peak"), {})


def _keeping_results() -> Iterator[Case]:
    """Give what carries results along, where DataLab's option of that name is on."""
    names = ("fliph", "flipv", "rotate90", "rotate270", "transpose", "gaussian_filter")
    names += ("addition", "difference", "normalize", "extract_roi")
    for contract in build_contract_registry().contracts:
        kind, name = contract.inputs[0].kind, contract.operation_id.removeprefix("sigima.")
        if name.rpartition(".")[2] in names:
            on = (REGIONS[kind], "image regions uint16") if kind == "image" else REGIONS[kind]
            options = {"keep_results": True}
            yield _case(contract, "keeping", on, REQUIRED.get(name, {}), **options)
        if name in ("image.fliph", "image.rotate90", "image.transpose", "image.normalize"):
            yield _case(contract, "ellipses", "ellipses", {})


def _of_names() -> Iterator[Case]:
    """Give the names that only DataLab has."""
    signal, image = (("group", ("peak",)),), (("group", ("spot", "spot uint8")),)
    for name, params, paramclass in (
        ("all_edges", {}, ""),
        ("all_threshold", {}, ""),
        ("all_morphology", {"radius": 2}, "MorphologyParam"),
    ):
        yield Case(
            id=name, function=name, kind="image", groups=image, params=params, paramclass=paramclass
        )
    yield Case(
        id="all_stability", function="all_stability", kind="signal", groups=signal,
        params={"max_tau": 20}, paramclass="AllanVarianceParam",
    )  # fmt: skip
    yield Case(
        id="signal.peak_detection-named", function="peak_detection", kind="signal", groups=signal,
        params={"threshold": 0.3, "min_dist": 5}, paramclass="PeakDetectionParam",
    )  # fmt: skip
    for kind in ("signal", "image"):
        yield Case(
            id=f"{kind}.roi_extraction", function="roi_extraction", kind=kind,
            groups=(("group", (REGIONS[kind],)),), params="roi",
        )  # fmt: skip
