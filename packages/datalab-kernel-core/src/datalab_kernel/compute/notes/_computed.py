"""What a maker of notes is given, and what is known of a function that misleads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from datalab_kernel.notes import Note
    from datalab_kernel.objects import Kind


class Computed(NamedTuple):
    """A function's call and what came of it; nothing of it may be changed.

    Parameters
    ----------
    function
        Its name, as Sigima has it.
    kind
        Of what it was computed on.
    inputs
        The objects, as the function got them: of dtypes that DataLab computes with, on one
        grid, masked pixels as NaN.
    parameters
        Sigima's DataSet, a list of them, or None.
    value
        The signal or image, table or geometry that it gave; None if it found nothing.
    masked
        Names of the inputs that had masked pixels.
    units
        What was asked of units; of ``calibration``, what it goes to.
    """

    function: str
    kind: Kind
    inputs: tuple[Any, ...]
    parameters: Any = None
    value: Any = None
    masked: tuple[str, ...] = ()
    units: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """A behaviour of functions that misleads on some data, and how it is noticed.

    Parameters
    ----------
    title
        What it is about, as a heading.
    functions
        The names of the functions that have it, with their kind: ``("signal", "fwhm")``;
        empty: every function.
    not_of
        Names of functions, with their kind, that haven't: those which refuse such data.
    does
        What they do, as Sigima's version of ``seen_in`` does.
    misleads
        When that misleads.
    advice
        What to do then.
    make
        Looks at a call's data, parameters and value, and returns a note if they are such;
        None: nothing is looked at, it is only described. It takes at most 2 % of the time
        that the call took, and expects anything: NaN, empty arrays, complex values.
    of_masks, of_objects
        Whether it only looks where inputs had masked pixels, or where a signal or image came
        of them; others aren't asked, which costs nothing.
    seen_in
        Sigima's version.
    """

    title: str
    functions: frozenset[tuple[Kind, str]] = frozenset()
    not_of: frozenset[tuple[Kind, str]] = frozenset()
    does: str
    misleads: str
    advice: str
    make: Callable[[Computed], Note | None] | None = None
    of_masks: bool = False
    of_objects: bool = False
    seen_in: str = "1.3.0"
