"""The page of a workspace that fits models to its signals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from datalab_kernel.workspace._backend_runner import Names
    from datalab_kernel.workspace._fit_result import FitResult
    from datalab_kernel.workspace._runner import Runner


class FittingPage:
    """Fits, by lmfit."""

    _runner: Runner

    def fit(  # noqa: PLR0913 - each is given by its name
        self,
        on: Any,
        model: str | Callable[..., Any],
        *,
        p0: Mapping[str, float] | Sequence[float] | None = None,
        bounds: Mapping[str, tuple[float | None, float | None]] | None = None,
        fixed: Mapping[str, float | str | None] | Iterable[str] | None = None,
        name: Names = None,
    ) -> FitResult:
        """Fit a model to a signal, or to each of several, and add the fitted curve.

        Parameters
        ----------
        on
            A name, a pattern such as ``"decay*"``, several names, or the result of a calc.
            Only what is in their regions of interest is fitted. Error bars of y are standard
            deviations: each point has the weight that these give it.
        model
            ``"exponential"`` or another of Sigima's, with DataLab's parameters (below); a sum
            of these, such as ``"gaussian+gaussian+linear"``, which has one offset and whose
            parameters are ``gaussian1_x0``, ``gaussian2_x0``, ``linear_a``, …; an expression
            of x, such as ``"a*exp(-x/tau)+c"``, by numpy's functions; or a function
            ``f(x, a, b=1.0)`` of an array, whose defaults are start values.
        p0
            Start values by name, or one for each parameter in their order. Others are found
            in the data.
        bounds
            Least and greatest values by name: ``{"tau": (0, None)}``.
        fixed
            Values that parameters keep, or expressions that tie them to others:
            ``{"c": 0, "gaussian2_sigma": "gaussian1_sigma"}``; of names alone, start values
            are kept.
        name
            The curve's name, or a list; None: ``fit(decay)|exponential``. A fit of the same
            model and options replaces its predecessor.

        Returns
        -------
        FitResult
            With ``.values``, ``.uncertainties``, ``.statistics``, ``.correlations``,
            ``.residuals`` and, as pandas, ``.frame``. It displays, and goes into plot and
            calc, as what calc returns.

        Raises
        ------
        MissingPackageError
            If lmfit isn't installed.
        ParameterError
            If there is no such model, or an option isn't for one of its parameters.
        OperandError
            If there are fewer finite values than parameters, or an image is to be fitted.
        ComputationError
            If the model gives no finite values. Whatever fails, nothing is changed.

        Notes
        -----
        The curve is added with the tables ``fit``, ``fit_statistics`` and
        ``fit_correlations``, which :meth:`results` and DataLab show; it ends where the data
        do. With error bars, uncertainties are those that the bars say; without, the scatter
        of the points around the curve stands for them. A fit that didn't converge, or ended at
        a bound, is kept, with a note and a warning.

        Models, of x: ``constant`` y0; ``linear`` a x + b; ``polynomial2`` to ``polynomial9``,
        a the highest coefficient; ``gaussian``, ``lorentzian``, ``voigt`` (amplitude: its
        height, sigma, x0, y0); ``exponential`` a exp(b x) + y0; ``sinusoidal`` (amplitude,
        frequency, phase, offset); ``sigmoid``, ``cdf``, ``planckian`` (sigma is kept at 1),
        ``twohalfgaussian``, ``piecewiseexponential`` (x_center is kept).

        Examples
        --------
        >>> import numpy as np
        >>> from datalab_kernel import Workspace, create_signal
        >>> workspace = Workspace("standalone")
        >>> t = np.linspace(0, 10, 50)
        >>> workspace["decay"] = create_signal("", t, 5 * np.exp(-t / 2) + 1, units=("ns", "V"))
        >>> fit = workspace.fit("decay", "a*exp(-x/tau)+c")
        >>> fit
        FitResult(fit(decay)|a*exp(-x/tau)+c: a = 5 V, tau = 2 ns, c = 1 V)
        >>> round(fit.values["tau"], 6)
        2.0
        """
        return self._runner.fit(on, model, name, p0=p0, bounds=bounds, fixed=fixed)
