"""Behaviours that are as documented, or that data can't tell: described, and never noted."""

from __future__ import annotations

from datalab_kernel.compute.notes._computed import Behaviour

BEHAVIOURS = (
    Behaviour(
        title="The height of a line in a spectrum",
        functions=frozenset({("signal", "fft"), ("signal", "magnitude_spectrum")}),
        does="Two-sided, shifted so that 0 is in the middle, and not divided by the number of "
        "samples N: a sine of amplitude 1 has two lines of N / 2. Decibels are 20 log10 of that.",
        misleads="The height is taken for the amplitude.",
        advice='Multiply by 2 / N: `calc("product_constant", …, value=2 / n)`.',
    ),
    Behaviour(
        title="The beginning after a transform and back",
        functions=frozenset({("signal", "ifft")}),
        does="The result begins at x = 0, wherever the signal that was transformed began.",
        misleads="The signal began elsewhere.",
        advice="Set x again, such as by `calibration` with `axis='x'`.",
    ),
    Behaviour(
        title="The cut-off of filters",
        functions=frozenset(
            ("signal", name) for name in ("bandpass", "bandstop", "highpass", "lowpass")
        ),
        does="The filter runs forward and back (no phase): at the cut-off the gain is 0.5 (-6 dB), "
        "not 0.707 (-3 dB), and the order counts twice. Where `cut0` isn't given, it is a "
        "twentieth of the sampling rate.",
        misleads="A response is compared with that of an analogue filter of this order.",
        advice="Half the order, and a cut-off that is a little higher (or lower).",
    ),
    Behaviour(
        title="The lag of even averages",
        functions=frozenset({("signal", "moving_average")}),
        does="With an even `n` the mean is that of x[i-n/2] to x[i+n/2-1]: the result lags half a "
        "sample. At the ends values are mirrored (`reflect`); `moving_median` repeats the last one.",
        misleads="Positions are read off to a fraction of a sample.",
        advice="An odd `n`.",
    ),
    Behaviour(
        title="Derivatives at the ends",
        functions=frozenset({("signal", "derivative")}),
        does="`numpy.gradient`: second order inside, also where x isn't evenly spaced, and first "
        "order at both ends.",
        misleads="The first and last value count: of x squared on 0, 1, 3, … the first is 1, not 0.",
        advice="Leave them out.",
    ),
    Behaviour(
        title="Smoothing of small integers",
        functions=frozenset({("image", "gaussian_filter")}),
        does="An image of integers keeps its dtype, and values are cut down, not rounded: one pass "
        "is up to 1 grey level low.",
        misleads="Several passes, or few grey levels.",
        advice='`calc("astype", dtype_str="float64")` before.',
    ),
    Behaviour(
        title="What bins leave out",
        functions=frozenset({("image", "binning")}),
        does="What is left of a size that isn't a multiple is cut off. An average of integers is "
        "cut down, not rounded.",
        misleads="The last rows or columns count, or averages are of few grey levels.",
        advice='A size that fits; `dtype_str="float64"` for averages.',
    ),
    Behaviour(
        title="Rotation by any angle",
        functions=frozenset({("image", "rotate")}),
        does="`x0`, `y0`, `dx` and `dy` stay, also with `reshape`. Those of `rotate90`, `rotate270` "
        "and `transpose` change as they must.",
        misleads="Positions are read off in the rotated image.",
        advice="Set `x0` and `y0`.",
    ),
    Behaviour(
        title="The least integer and the inverse of 0",
        functions=frozenset({("image", "absolute"), ("image", "inverse")}),
        does="The absolute value of -32768 in int16 is -32768; the inverse of 0 is NaN, while a "
        "division by 0 is infinite.",
        misleads="Images have such values.",
        advice='`calc("astype", dtype_str="float64")`, `replace_special_values`.',
    ),
    Behaviour(
        title="The imaginary part of a real image",
        functions=frozenset({("image", "imag")}),
        does="`imag` of an image of real numbers that has a region of interest fails, here and in "
        "DataLab: its zeros can't be written to.",
        misleads="The image isn't complex; without a region all of the result is 0.",
        advice="`real`, or an image of zeros.",
    ),
    Behaviour(
        title="Sums of images with different axes",
        functions=frozenset(
            ("image", name) for name in ("addition", "average", "difference", "division", "product")
        ),
        does="Images are added and multiplied pixel by pixel. Neither their pixel sizes nor the units "
        "of their axes are compared.",
        misleads="The images show different places, or at different scales.",
        advice="`resampling` of one of them onto the other's pixels before.",
    ),
    Behaviour(
        title="Standard deviation",
        functions=frozenset({("signal", "stats"), ("image", "stats")}),
        does="Divided by N, not N - 1; `snr` is the mean divided by it.",
        misleads="There are few values: of 4, it is 13 % smaller.",
        advice="Multiply by sqrt(N / (N - 1)).",
    ),
)
