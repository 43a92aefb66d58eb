"""Fits of models to signals by lmfit, which is imported when something is fitted.

``_models`` says which models there are, by name, as an expression or as a function;
``_starts`` where a fit begins; ``_options`` what was asked for; ``_fit`` fits one signal,
``_jacobian`` gives it its derivatives; ``_tables`` writes what was found, with the units that
``_dimensions`` derives.
"""

from datalab_kernel.compute.fits._fit import FIT, fit_jobs
from datalab_kernel.compute.fits._options import FitOptions

__all__ = ["FIT", "FitOptions", "fit_jobs"]
