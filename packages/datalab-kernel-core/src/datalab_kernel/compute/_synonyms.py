"""The field's words for what functions do, where neither their names nor descriptions have them."""

from __future__ import annotations

from functools import cache

__all__ = ["functions_called", "synonyms_of"]

_CALLED: dict[str, str] = {
    "smooth, smoothing, running mean, boxcar": "moving_average savitzky_golay moving_median gaussian_filter wiener "
    "lowpass gaussian_freq_filter denoise_bilateral denoise_tv denoise_wavelet",
    "denoise, denoising, noise reduction": "moving_average savitzky_golay moving_median gaussian_filter wiener "
    "denoise_bilateral denoise_tv denoise_wavelet denoise_tophat",
    "background, baseline, pedestal": "baseline_removal baseline detrending offset_correction denoise_tophat white_tophat "
    "flatfield difference",
    "asls, arpls, airpls, snip, fluorescence, asymmetric least squares": "baseline_removal baseline",
    "crop, cut out, trim, slice, subset": "extract_roi extract_rois roi_extraction",
    "snr, signal to noise, signal-to-noise": "stats dynamic_parameters",
    "thd, sinad, enob, sfdr, harmonic distortion": "dynamic_parameters",
    "spike, cosmic ray, outlier, despike": "moving_median clip",
    "savgol, polynomial smoothing": "savitzky_golay",
    "nan, missing values, fill": "replace_special_values",
    "spectrum, spectral, frequency": "fft psd magnitude_spectrum phase_spectrum",
    "decibel, db": "magnitude_spectrum psd log10",
    "differentiate, slope, gradient": "derivative savitzky_golay sobel prewitt scharr farid roberts",
    "integrate, area under the curve, cumulative": "integral",
    "width, half width, hwhm": "fwhm fw1e2 full_width_at_y bandwidth_3db",
    "find peaks, maxima": "peak_detection extract_peak_positions x_at_minmax",
    "rise time, fall time, pulse width": "extract_pulse_features",
    "lifetime, decay": "exponential_fit piecewiseexponential_fit",
    "peak fit, line shape": "gaussian_fit lorentzian_fit voigt_fit",
    "subtract, minus": "difference difference_constant offset_correction quadratic_difference",
    "add, plus, sum": "addition addition_constant",
    "multiply, times, scale factor": "product product_constant calibration",
    "divide, ratio": "division division_constant",
    "mean": "average stats average_profile",
    "rms, deviation": "stats standard_deviation",
    "calibrate, convert units, axis scale": "calibration set_uniform_coords",
    "downsample, decimate, regrid, resample": "resampling interpolate binning resize",
    "mirror, flip": "fliph flipv reverse_x",
    "shift, move, align": "translate",
    "segment, segmentation, binarize, mask": "label_regions threshold threshold_otsu threshold_li "
    "threshold_isodata threshold_mean threshold_minimum threshold_triangle threshold_yen",
    "label, labelling, connected components, cells, nuclei, objects": "label_regions watershed_split "
    "region_properties",
    "touching, split, separate, clumps": "watershed_split",
    "area, perimeter, orientation, eccentricity, shape factor, size distribution": "region_properties",
    "z stack, z-stack, maximum intensity projection, mip, frames, time lapse": "projection",
    "spots, particles, count": "label_regions region_properties blob_dog blob_doh blob_log blob_opencv contour_shape "
    "peak_detection",
    "center of mass, centre, beam position": "centroid enclosing_circle",
    "line scan, cross-section, linecut": "line_profile segment_profile average_profile "
    "radial_profile horizontal_projection vertical_projection",
    "taper, apodization, hann, hamming": "apply_window",
    "cast, dtype, convert": "astype",
    "stack, waterfall": "signals_to_image projection",
    "illumination, shading": "flatfield",
    "limit, saturate": "clip",
    "normalise": "normalize",
    "clock stability, frequency stability": "allan_variance allan_deviation",
}
"""Words, several of them one phrase, and the functions that people look for by them."""


@cache
def _by_function() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for words, names in _CALLED.items():
        for name in names.split():
            found.setdefault(name, []).extend(_phrases(words))
    return {name: tuple(dict.fromkeys(phrases)) for name, phrases in found.items()}


def _phrases(words: str) -> list[str]:
    return [phrase.strip() for phrase in words.split(",")]


def synonyms_of(name: str) -> tuple[str, ...]:
    """Return what else people call a function.

    Examples
    --------
    >>> synonyms_of("stats")[:2]
    ('snr', 'signal to noise')
    """
    return _by_function().get(name, ())


def functions_called(text: str) -> list[str]:
    """Return the functions that a text means, in the order of the table.

    Examples
    --------
    >>> functions_called("crop")
    ['extract_roi', 'extract_rois', 'roi_extraction']
    """
    wanted = text.casefold().replace("_", " ").strip()
    names = (
        name
        for words, functions in _CALLED.items()
        if wanted and any(is_meant(wanted, phrase) for phrase in _phrases(words))
        for name in functions.split()
    )
    return list(dict.fromkeys(names))


def is_meant(wanted: str, phrase: str) -> bool:
    """Say whether a text is one of these words, or begins one, or has the phrase in it.

    Examples
    --------
    >>> is_meant("smoothing", "smooth smoothing"), is_meant("baseline correction", "baseline")
    (True, True)
    >>> is_meant("sum", "summary"), is_meant("rum", "spectrum")
    (True, False)
    """
    return f" {phrase}".find(f" {wanted}") >= 0 or f" {wanted} ".find(f" {phrase} ") >= 0
