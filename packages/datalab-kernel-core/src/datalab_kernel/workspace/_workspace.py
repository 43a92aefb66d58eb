"""The workspace that people use, made of collaborators and of pages.

The shelf holds the objects on a backend; the connection moves them; the runner computes
of them; the appearance shows them. What is here and on the pages hands on to these.
"""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, NoReturn

from datalab_kernel.backends import Backend, WorkspaceMode, _resolve
from datalab_kernel.workspace._appearance import Appearance
from datalab_kernel.workspace._calculator import Calculator
from datalab_kernel.workspace._connection import Connection
from datalab_kernel.workspace._exchange import ExchangePage
from datalab_kernel.workspace._files import FilesPage
from datalab_kernel.workspace._mapping import MappingPage
from datalab_kernel.workspace._provenance import ProvenancePage
from datalab_kernel.workspace._shelf import Shelf

if TYPE_CHECKING:
    import builtins
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from datalab_kernel.compute import Executor
    from datalab_kernel.compute._function_table import FunctionTable
    from datalab_kernel.objects import Kind
    from datalab_kernel.workspace._backend_runner import Names
    from datalab_kernel.workspace._changes import Change, Subscription
    from datalab_kernel.workspace._fit_result import FitResult
    from datalab_kernel.workspace._runner import Runner
    from datalab_kernel.workspace._stack import Stack
    from datalab_kernel.workspace._status import WorkspaceStatus


class Workspace(MappingPage, FilesPage, ExchangePage, ProvenancePage):
    """Named signals and images, the same in memory and in a running DataLab.

    Parameters
    ----------
    backend
        ``"auto"``, ``"standalone"``, ``"live"``, another installed backend's name, or
        a :class:`~datalab_kernel.backends.Backend`. None: the environment variable
        ``DATALAB_KERNEL_MODE``, else ``"auto"``: DataLab if one answers, else memory.
    **options
        What the backend takes (for live: ``url``, ``token``).

    Attributes
    ----------
    calc : Calculator
        Runs a function: ``workspace.calc("fft", on="sine")``, or with completion and
        Shift+Tab ``workspace.calc.fft(on="sine")``.

    Notes
    -----
    Nothing is looked for before the first use.

    Examples
    --------
    >>> import numpy as np
    >>> workspace = Workspace("standalone")
    >>> workspace["ramp"] = np.arange(3.0)
    >>> workspace["ramp"].y
    array([0., 1., 2.])
    >>> workspace
    Workspace(standalone, 1 object)
    """

    def __init__(self, backend: str | Backend | None = None, **options: Any) -> None:
        opened: Backend | None = None
        if isinstance(backend, Backend):
            if options:
                message = f"Options ({', '.join(options)}) go to the backend's own constructor."
                raise TypeError(message)
            opened, backend = backend, None
        elif backend is not None and not isinstance(backend, str):
            message = f"backend must be a name or a Backend, not {type(backend).__name__}."
            raise TypeError(message)
        wanted = _resolve.wanted_name(backend)
        self._shelf = Shelf(partial(_resolve.open_backend, wanted, options), opened)
        self._shelf.open_another = partial(Workspace, _resolve.MEMORY)
        self._connection = Connection(self._shelf, wanted, options)
        self._appearance = Appearance(self._shelf, self._connection)
        self.calc = Calculator(lambda: self._runner)

    @cached_property
    def _runner(self) -> Runner:  # which imports Sigima
        from datalab_kernel.workspace._runner import Runner

        return Runner(self._shelf)

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled, and say what to send instead."""
        message = (
            "A Workspace can't be pickled, since it holds a lock and the place where its objects "
            "are: send an object (workspace['name']), a result of calc, or the path of a file "
            "that workspace.save has written."
        )
        raise TypeError(message)

    def __getattr__(self, name: str) -> NoReturn:
        """Say of an attribute that there isn't what was meant; Tab and ``hasattr`` see nothing of it."""
        message = f"{type(self).__name__!r} object has no attribute {name!r}"
        if not name.startswith("_"):
            from datalab_kernel.workspace._missing_attribute import hint_for

            own = [known for known in dir(type(self)) if not known.startswith("_")]
            hint = hint_for(name, self._appearance.names(), own)
            message += f". {hint}" if hint else ""
        raise AttributeError(message)

    @property
    def _backend(self) -> Backend:
        """What the shelf stands on, for tests that look past the workspace."""
        return self._shelf.backend

    # -- where the objects are ----------------------------------------------------------

    @property
    def mode(self) -> WorkspaceMode | str:
        """Standalone or live; a mode that was given is known without connecting."""
        return self._connection.mode

    @property
    def proxy(self) -> Any:
        """Sigima's remote proxy connected to the same DataLab (live mode only).

        Raises
        ------
        LiveModeRequiredError
            In standalone mode; it says how to start DataLab.
        """
        return self._shelf.backend.proxy

    def connect(self, url: str | None = None, token: str | None = None) -> None:
        """Move to a running DataLab, with all objects.

        What is in a DataLab already stays in that one: connecting again changes nothing.

        Raises
        ------
        NoBackendError
            If ``datalab-kernel-live`` isn't installed.
        NameTakenError
            If objects here and there share names; nothing changes.
        DataLabUnreachableError, DataLabAuthError, DataLabBusyError
            If there is none, it wants another token, or it doesn't answer in time.
        """
        self._connection.connect(url, token)

    def detach(self, force: bool = False) -> None:
        """Copy everything back from DataLab and go on standalone.

        Parameters
        ----------
        force
            Go on, empty, also when DataLab is gone or doesn't answer.

        Raises
        ------
        LiveModeRequiredError
            In standalone mode.
        DataLabUnreachableError, DataLabAuthError, DataLabBusyError
            If DataLab doesn't give its objects and ``force`` is false; nothing changes.
        """
        self._connection.detach(force=force)

    def resync(self, overwrite: bool = False) -> bool:
        """Look again for a DataLab, and move the objects into it if there is one now.

        Parameters
        ----------
        overwrite
            Whether objects of the same names there are replaced.

        Returns
        -------
        bool
            True if the mode became live; False if there is nothing to switch to, or
            it was live already.

        Raises
        ------
        NameTakenError
            If objects here and there share names and ``overwrite`` is false; nothing
            changes.
        """
        return self._connection.resync(overwrite=overwrite)

    # -- computing ----------------------------------------------------------------------

    @property
    def keep_results(self) -> bool:
        """Whether computed objects keep the tables and geometry of their sources.

        False, as DataLab's option of that name is at first.
        """
        return self._shelf.keep_results

    @keep_results.setter
    def keep_results(self, value: bool) -> None:
        self._shelf.keep_results = value

    @property
    def executor(self) -> str | Executor:
        """What runs a function on several objects.

        ``"threads"``, on all cores of this process, the name of an executor that another
        package brings, or an executor.
        """
        return self._runner.executor

    @executor.setter
    def executor(self, value: str | Executor) -> None:
        self._runner.executor = value

    def functions(self, pattern: str | None = None, kind: Kind | None = None) -> FunctionTable:
        """List the functions that :attr:`calc` runs, with their parameters.

        Parameters
        ----------
        pattern
            A name, a pattern such as ``"*_fit"``, or a text in the name, the group (such as
            ``"fourier"``) or the description; or what the field calls it, such as ``"smooth"``,
            ``"background"``, ``"crop"`` or ``"snr"``.
        kind
            Only those for ``"signal"`` or ``"image"``.

        Returns
        -------
        FunctionTable
            A sequence of FunctionInfo, which displays as a table to search in.

        Examples
        --------
        >>> from datalab_kernel import Workspace
        >>> workspace = Workspace("standalone")
        >>> [info.name for info in workspace.functions("threshold_o*", kind="image")]
        ['threshold_otsu']
        """
        from datalab_kernel.compute._function_table import find_functions

        return find_functions(pattern, kind)

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

    def stack(self, group: Any) -> Stack:
        """Take the images of one group for a stack: slices in z, moments, channels.

        Parameters
        ----------
        group
            The group's title: the name of the file that :meth:`load` read, or what
            ``add({...}, group="cells")`` said. Else names, a pattern, or what :attr:`calc` returned.

        Returns
        -------
        Stack
            To be sliced, projected (``.max()``, ``.mean()``, ``.sum()``) and shown as a strip.
            It holds no pixels; :meth:`list` and ``workspace[name]`` know single objects only.

        Raises
        ------
        ObjectNotFoundError
            If there is no such group with images in it; it lists the nearest.
        OperandError
            If the images are of different shapes.

        Notes
        -----
        Of a group, what no file placed in a stack where others are, and what was computed, is no frame.
        """
        from datalab_kernel.workspace._stacks import stack_of

        return stack_of(self._shelf, self._runner.project, group)

    # -- seeing changes -----------------------------------------------------------------

    def on_change(self, callback: Callable[[Change], object]) -> Subscription:
        """Call a function with a :class:`Change` after each change, by anybody.

        Returns
        -------
        Subscription
            Its ``cancel()`` ends it. An exception in the function is logged.
        """
        subscription = self._shelf.feed.subscribe(callback)
        self._connection.watch()
        return subscription

    def wait_for(self, name: str, timeout_s: float) -> None:
        """Wait until an object of that name is there.

        Raises
        ------
        TimeoutError
            If it isn't after ``timeout_s`` seconds.
        """
        self._connection.wait_for(name, timeout_s)

    def status(self) -> WorkspaceStatus:
        """Say where the objects are, how many, how large, and whether they are saved."""
        from datalab_kernel.workspace._status import status_of

        return status_of(self._shelf)

    # -- display ------------------------------------------------------------------------

    def __repr__(self) -> str:
        """Say in one line where the objects are and how many."""
        return self._appearance.line()

    def _repr_html_(self) -> str | None:
        return self._appearance.html()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:  # noqa: ARG002 - IPython's
        return self._appearance.bundle()

    def _ipython_key_completions_(self) -> builtins.list[str]:
        return self._appearance.names()
