"""What runs jobs: threads, or another package's executor; and running many, all or none.

Other packages' are found by the entry point group ``datalab_kernel.executors``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from datalab_kernel.compute._jobs import Output, prepared
from datalab_kernel.compute._pool import Threads
from datalab_kernel.compute._titles import INSTALLATION
from datalab_kernel.display._progress import tracking
from datalab_kernel.errors import BackendContractError, NoExecutorError
from datalab_kernel.plugins import offered

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from importlib.metadata import EntryPoint

    from datalab_kernel.compute._jobs import Job
    from datalab_kernel.compute._tasks import RunsTasks

GROUP = "datalab_kernel.executors"
DEFAULT = "threads"


@runtime_checkable
class Executor(Protocol):
    """What runs jobs, here or elsewhere.

    A package offers one by an entry point of the group ``datalab_kernel.executors``: a
    class, or another callable without arguments that returns one.
    """

    def map(self, jobs: Sequence[Job]) -> Iterator[Output]:
        """Run each job by :func:`datalab_kernel.compute.run`, in any place and order.

        Parameters
        ----------
        jobs
            Independent of each other. They can be pickled, and so can the outputs.

        Yields
        ------
        Output
            One for each job, in the order of the jobs. What ``run`` raises for the first
            that fails is raised. A generator is closed when no more is wanted, by an
            error or an interrupt: what hasn't begun is then not begun.
        """
        ...


def installed() -> dict[str, EntryPoint]:
    """Return other packages' executors that are installed, by name; nothing is imported."""
    return {point.name: point for point in offered(GROUP)}


def make(name: str) -> Executor:
    """Make an executor.

    Raises
    ------
    NoExecutorError
        If no installed package offers one of that name.

    Examples
    --------
    >>> make("threads")  # doctest: +ELLIPSIS
    <...Threads object at ...>
    """
    if name == DEFAULT:
        return Threads()
    found = installed()
    if name not in found:
        names = [DEFAULT, *found]
        message = (
            f"The executor {name!r} is not installed. Installed executors: {', '.join(names)}."
        )
        raise NoExecutorError(message, name=name, installed=names)
    executor: Executor = found[name].load()()
    return executor


def executor_of_client(client: Any) -> RunsTasks:
    """Make the executor of a cluster's client: the one named like its class' top-level package.

    Raises
    ------
    NoExecutorError
        If no installed package offers one.

    Examples
    --------
    >>> executor_of_client("a text")
    Traceback (most recent call last):
        ...
    datalab_kernel.errors.NoExecutorError: client is a str of the package 'builtins', for which ...
    """
    found = installed()
    packages = [kind.__module__.partition(".")[0] for kind in type(client).__mro__]
    for package in packages:
        if package in found:
            executor: RunsTasks = found[package].load()(client)
            return executor
    hint = " Install datalab-kernel-dask." if packages[0] == "distributed" else ""
    message = (
        f"client is a {type(client).__name__} of the package {packages[0]!r}, for which no executor "
        f"is installed.{hint} Installed executors: {', '.join([DEFAULT, *found])}."
    )
    raise NoExecutorError(message, name=packages[0], installed=[DEFAULT, *found])


def run_all(
    jobs: Sequence[Job],
    doing: str,
    *,
    executor: str | Executor = DEFAULT,
    keep_results: bool = False,
) -> list[Output]:
    """Run jobs, all or none.

    Parameters
    ----------
    jobs
        Independent of each other.
    doing
        What is done, for the line that shows how far it is.
    executor
        What runs them, or its name.
    keep_results
        As :attr:`Job.keep_results`.

    Returns
    -------
    list of Output
        In the order of the jobs, each with its job, of the sources that were given.

    Raises
    ------
    Exception
        What the first of them, in their order, raised. What had begun is waited for.
    BackendContractError
        If the executor gave another number of outputs.
    """
    ready = prepared(jobs, keep_results=keep_results)
    runner = make(executor) if isinstance(executor, str) else executor
    found = iter(runner.map(ready))
    outputs: list[Output] = []
    try:
        with INSTALLATION, tracking(jobs, doing) as tracked:
            for job in tracked:
                output = next(found, None)
                if output is None:
                    message = (
                        f"The executor {type(runner).__name__} gave {len(outputs)} outputs for "
                        f"{len(jobs)} jobs. Nothing was changed."
                    )
                    raise BackendContractError(message, name=type(runner).__name__)
                # One from another process has sources of its own
                is_here = output.job.sources is job.sources
                outputs.append(output if is_here else replace(output, job=job))
    finally:
        if hasattr(found, "close"):
            found.close()
    return outputs
