"""Jobs as plain values for another process that holds the objects: names and parameters only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datalab_kernel.compute._jobs import Job
from datalab_kernel.compute._operands import Grid
from datalab_kernel.compute._parameter_sets import make_parameters, values_of
from datalab_kernel.compute._registry import functions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from datalab_kernel.compute._source import Source


def job_values(jobs: Sequence[Job]) -> list[dict[str, Any]] | None:
    """Write jobs as plain values, without objects.

    Returns
    -------
    list of dict or None
        None where that can't be: a source is in no workspace, or the function isn't one of
        Sigima's that another process finds by its name.
    """
    for job in jobs:
        is_known = functions(job.function.kind).get(job.function.name) == job.function
        if not is_known or not all(source.is_stored for source in job.sources):
            return None
    grids = list({id(job.grid.sources): job.grid.sources for job in jobs if job.grid}.values())
    numbers = {id(sources): number for number, sources in enumerate(grids)}
    return [
        {
            "function": job.function.name,
            "kind": job.function.kind,
            "sources": [source.name for source in job.sources],
            "parameters": values_of(job.parameters),
            "gather": job.gather,
            "group": job.group,
            "keep_results": job.keep_results,
            "units": job.units,
            "grid": job.grid and numbers[id(job.grid.sources)],
            "grid_sources": [source.name for source in job.grid.sources] if job.grid else [],
            "places": [*job.grid.places] if job.grid else [],
        }
        for job in jobs
    ]


def jobs_of_values(values: Sequence[dict[str, Any]], sources: Mapping[str, Source]) -> list[Job]:
    """Undo :func:`job_values` where the objects are; parameters are checked again.

    Raises
    ------
    KeyError
        If a function or a source isn't there.
    ParameterError
        If the function can't take these parameters.
    """
    grids: dict[int, tuple[Source, ...]] = {}
    jobs = []
    for value in values:
        function = functions(value["kind"])[value["function"]]
        own = tuple(sources[name] for name in value["sources"])
        parameters = value["parameters"]
        if parameters is not None:  # without any, the function is called so here too
            parameters = make_parameters(function, parameters, {}, own[0])
        if function.pattern == "1-to-n":
            (parameters,) = parameters
        grid = None
        if value["grid"] is not None:
            together = tuple(sources[name] for name in value["grid_sources"])
            together = grids.setdefault(value["grid"], together)
            grid = Grid(sources=together, places=tuple(value["places"]))
        jobs.append(
            Job(
                function=function,
                sources=own,
                parameters=parameters,
                gather=value["gather"],
                grid=grid,
                group=value["group"],
                keep_results=value["keep_results"],
                units=value.get("units", ""),
            )
        )
    return jobs
