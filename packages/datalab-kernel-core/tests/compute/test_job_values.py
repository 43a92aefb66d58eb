"""Jobs as plain values: what is run where the objects are is what was planned."""

from dataclasses import replace
from typing import Any

import pytest

from datalab_kernel.compute import Request, Source, all_functions, job_values, jobs_of_values, plan
from datalab_kernel.compute._records import encoded
from datalab_kernel.errors import ParameterError
from datalab_kernel.objects import pack, unpack
from datalab_kernel.testing import _samples


def sources(kind: Any) -> list[Source]:
    make = _samples.signal_with_roi if kind == "signal" else _samples.full_image
    return [
        Source(name=name, kind=kind, load=lambda name=name: make(name), group="", is_stored=True)
        for name in ("a", "b", "c")
    ]


def request(name: str, kind: Any, operands: int = 0, **keywords: Any) -> Request:
    on = sources(kind)
    return Request(
        name=name, kind=kind, sources=on[:2], operands=on[2 : 2 + operands], keywords=keywords
    )


def facts(jobs: Any) -> list[Any]:
    return [
        (
            job.function,
            [source.name for source in job.sources],
            encoded(job.parameters),
            job.gather,
            job.group,
            job.units,
            job.grid and ([source.name for source in job.grid.sources], job.grid.places),
        )
        for job in jobs
    ]


def planned_functions() -> list[Any]:
    found = []
    for info in all_functions():
        try:
            jobs = plan(request(info.name, info.kind, int(info.pattern == "2-to-1")))
        except (ParameterError, NotImplementedError):
            continue  # it needs parameters that are given below
        found.append(pytest.param(jobs, info.kind, id=f"{info.kind}-{info.name}"))
    return found


def there(jobs: Any, kind: Any) -> Any:
    values = job_values(jobs)
    assert values is not None
    known = {source.name: source for source in sources(kind)}
    return jobs_of_values(unpack(pack(values)), known)


def test_every_function_is_planned_there_as_it_was_here() -> None:
    cases = planned_functions()
    assert len(cases) > 150
    wrong = []
    for case in cases:
        jobs, kind = case.values
        if job_values(jobs) is None or facts(there(jobs, kind)) != facts(jobs):
            wrong.append(case.id)
    assert wrong == ["signal-markers_to_signal"], "which isn't one of Sigima's"


def test_objects_that_go_on_one_grid_stay_together() -> None:
    jobs = plan(request("difference", "signal", 1))
    made = there(jobs, "signal")
    assert facts(made) == facts(jobs)
    assert made[0].grid.sources is made[1].grid.sources


def test_units_that_stay_as_they_are_stay_so_there() -> None:
    planned = plan(request("difference", "signal", 1))
    jobs = [replace(job, units="as they are") for job in planned]
    assert facts(there(jobs, "signal")) == facts(jobs) != facts(planned)


def test_what_is_in_no_workspace_is_computed_here() -> None:
    loose = Source(name="a", kind="signal", load=_samples.smooth_signal, is_stored=False)
    jobs = plan(Request(name="fft", kind="signal", sources=[loose], keywords={}))
    assert job_values(jobs) is None


def test_parameters_are_checked_again_there() -> None:
    values = job_values(plan(request("gaussian_filter", "signal", sigma=2.0)))
    assert values is not None
    values[0]["parameters"]["sigma"] = -1.0
    with pytest.raises(ParameterError, match="sigma"):
        jobs_of_values(values, {source.name: source for source in sources("signal")})
