"""Jobs are values that run anywhere, by what a package brings for that."""

import pickle
import subprocess
import sys
from functools import partial

import numpy as np
import pytest
from sigima import create_image, create_signal
from sigima.objects import create_signal_roi

from datalab_kernel.compute import UUID, Request, Source, plan, prepared, run, run_all
from datalab_kernel.compute._executors import Executor, make
from datalab_kernel.compute._pool import Threads
from datalab_kernel.compute._registry import functions
from datalab_kernel.errors import BackendContractError, ComputationError, NoExecutorError
from datalab_kernel.objects import KINDS, share_object
from datalab_kernel.testing import assert_same_object

X = np.linspace(0, 10, 101)
OBJECTS = {
    "a": create_signal("a", X, np.sin(X)),
    "b": create_signal("b", X[::4], np.cos(X[::4])),
    "c": create_signal("c", X[::2], np.cos(X[::2])),
    "i": create_image("i", np.arange(30.0).reshape(5, 6)),
}
for number, obj in enumerate(OBJECTS.values()):
    obj.metadata[UUID] = f"00000000-0000-4000-8000-00000000000{number}"


def source(name):
    kind = "image" if name == "i" else "signal"
    return Source(name=name, kind=kind, load=partial(share_object, OBJECTS[name]), group="g")


def jobs(function, on, operand=(), param=None, **keywords):
    sources, operands = [source(name) for name in on], [source(name) for name in operand]
    request = Request(
        name=function,
        kind=sources[0].kind,
        sources=sources,
        operands=operands,
        param=param,
        keywords=keywords,
    )
    return plan(request)


def sent(value):
    return pickle.loads(pickle.dumps(value))


class Elsewhere:
    """Runs each job on a copy that shares nothing, last one first, and sends the output back."""

    def map(self, jobs):
        yield from reversed([sent(run(sent(job))) for job in reversed(jobs)])


class Lossy:
    def map(self, jobs):
        return iter([run(job) for job in jobs[1:]])


CASES = [
    ("gaussian_filter", {"on": "ab", "sigma": 2.0}),
    ("difference", {"on": "ac", "operand": "b"}),
    ("difference", {"on": "ab", "operand": "ba"}),
    ("average", {"on": "abc"}),
    ("roi_extraction", {"on": "a", "param": create_signal_roi([[2, 5], [6, 8]])}),
    ("absolute", {"on": "i"}),
]


@pytest.mark.parametrize(("function", "keywords"), CASES)
def test_what_is_computed_elsewhere_is_the_same(function, keywords):
    here = run_all(jobs(function, **keywords), "Testing")
    there = run_all(jobs(function, **keywords), "Testing", executor=Elsewhere())
    for left, right in zip(here, there, strict=True):
        assert_same_object(right.obj, left.obj)


def test_tables_that_are_computed_elsewhere_are_the_same():
    (here,) = run_all(jobs("stats", "a"), "Testing")
    (there,) = run_all(jobs("stats", "a"), "Testing", executor=Elsewhere())
    assert there.result.to_dataframe().equals(here.result.to_dataframe())


def test_a_job_runs_in_another_process(tmp_path):
    (job,) = prepared(jobs("gaussian_filter", "a", sigma=2.0))
    (tmp_path / "job").write_bytes(pickle.dumps(job))
    program = (
        "import pickle, sys; from datalab_kernel.compute import run; "
        "job = pickle.load(open('job', 'rb')); pickle.dump(run(job), open('output', 'wb'))"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120, cwd=tmp_path)
    output = pickle.loads((tmp_path / "output").read_bytes())
    assert output.obj.y.tolist() == run(job).obj.y.tolist()
    assert output.record.source_uuids == (job.sources[0].uuid,)


def test_every_function_can_be_sent():
    for kind in KINDS:
        for function in functions(kind).values():
            assert sent(function) == function


def test_a_job_is_sent_with_its_own_objects_alone():
    first, _ = prepared(jobs("difference", "ac", operand="b"))
    names = [obj.title.removesuffix(" (interpolated)") for obj in sent(first).inputs]
    assert names == ["a", "b"]
    assert [source.name for source in sent(first).sources] == ["a", "b"]


def test_an_output_is_sent_without_what_it_was_computed_of():
    (job,) = prepared(jobs("absolute", "a"))
    output = run(job)
    there = sent(output)
    assert there.job.objects is None
    assert there.record == output.record
    np.testing.assert_array_equal(there.obj.xydata, output.obj.xydata)


def test_objects_on_one_grid_are_interpolated_once(monkeypatch):
    calls = []
    monkeypatch.setattr(
        "datalab_kernel.compute._operands.on_one_grid", lambda found: calls.append(1) or found
    )
    prepared(jobs("difference", "aaac", operand="b"))
    assert calls == [1]


def test_a_job_that_was_sent_before_it_was_prepared_says_what_is_missing():
    (job,) = jobs("absolute", "a")
    with pytest.raises(ComputationError, match="'a' stayed where it was .*compute.prepared"):
        run(sent(job))


def test_an_output_has_its_job_as_it_was_given():
    asked = jobs("absolute", "ab")
    outputs = run_all(asked, "Testing", executor=Elsewhere())
    assert all(output.job is job for output, job in zip(outputs, asked, strict=True))


def test_an_error_from_elsewhere_is_the_same():
    broken = jobs("ifft", "a")
    with pytest.raises(ComputationError, match="'a'") as here:
        run_all(broken, "Testing")
    with pytest.raises(ComputationError) as there:
        run_all(broken, "Testing", executor=Elsewhere())
    assert str(there.value) == str(here.value)


def test_an_executor_that_loses_an_output_is_named():
    with pytest.raises(BackendContractError, match="Lossy gave 1 outputs for 2 jobs"):
        run_all(jobs("absolute", "ab"), "Testing", executor=Lossy())


def test_threads_are_there_and_other_executors_are_packages(tmp_path, monkeypatch):
    info = tmp_path / "elsewhere-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: elsewhere\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[datalab_kernel.executors]\nelsewhere = elsewhere_executor:Elsewhere\n"
    )
    (tmp_path / "elsewhere_executor.py").write_text(
        "class Elsewhere:\n    def map(self, jobs):\n        return iter(jobs)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert isinstance(make("threads"), Threads)
    assert type(make("elsewhere")).__module__ == "elsewhere_executor"
    assert isinstance(make("elsewhere"), Executor)


def test_an_executor_that_is_not_installed_is_refused_with_those_that_are():
    with pytest.raises(NoExecutorError, match=r"'dask' is not installed.*: threads") as caught:
        make("dask")
    assert "threads" in caught.value.installed  # and what else is there
