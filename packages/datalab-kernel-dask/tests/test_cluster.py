"""process on a cluster's workers: the values of the plain loop, whatever happens to workers."""

import os
import signal
import sys
import threading

import dask
import numpy as np
import pytest
from distributed import Client, LocalCluster
from support.plain_loop import assert_as_loop, plain_loop, write_images

from datalab_kernel import Workspace, process
from datalab_kernel.compute import executor_of_client, make_executor
from datalab_kernel.errors import ParameterError, WorkerMismatchError
from datalab_kernel_dask import DaskExecutor, _versions

STEPS = [("gaussian_filter", {"sigma": 2}), "stats"]


@pytest.fixture
def images(tmp_path):
    return write_images(tmp_path, 12)


def test_the_results_are_those_of_the_plain_loop(client, images, tmp_path) -> None:
    done = process(images, STEPS, to=tmp_path / "out", client=client)
    objects, rows = plain_loop(images, STEPS)
    results = done.load()
    assert results.list() == [*objects]
    for name, expected in objects.items():
        assert_as_loop(results.get(name), expected)
    assert list(done.table["stats.mean"]) == [row["stats.mean"] for row in rows]
    assert process(images, STEPS, to=tmp_path / "out", client=client).kept == 12


def test_functions_of_the_notebook_and_operands_go_to_the_workers(client, images) -> None:
    workspace = Workspace("standalone")
    workspace["dark"] = np.full((24, 32), 90.0)
    steps = [("difference", {"operand": "dark"}), lambda obj: {"peak": float(obj.data.max())}]
    done = workspace.process(images, steps, to=None, client=client)
    assert list(done.results["peak"]) == [np.load(path).max() - 90 for path in images]


def test_equal_files_are_tasks_of_their_own(client, tmp_path) -> None:
    for name in "abc":
        np.save(tmp_path / f"{name}.npy", np.ones((24, 32)))
    done = process(tmp_path / "?.npy", "absolute", to=tmp_path / "out", client=client, chunk=1)
    assert sorted(path.stem for path in (tmp_path / "out").glob("*.h5")) == ["a", "b", "c"]
    assert done.load().list() == ["a", "b", "c"]


def test_a_bad_file_and_a_worker_that_is_killed_stop_nothing(client, images, tmp_path) -> None:
    images[3].write_bytes(b"no array")
    flag = tmp_path / "killed"

    def deadly(obj):
        if obj.title == "run_00005" and not flag.exists():
            flag.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return obj

    done = process(images, [deadly, *STEPS], to=tmp_path / "out", client=client)
    assert flag.exists()
    assert [*done.failures] == [str(images[3])]
    assert list(done.table["status"]).count("done") == 11


def test_versions_that_differ_are_an_error_that_lists_them(client, images, monkeypatch) -> None:
    other = {**_versions.versions_here(), "sigima": "0.9"}
    monkeypatch.setattr(_versions, "versions_here", lambda: other)
    with pytest.raises(WorkerMismatchError, match="sigima .* instead of 0.9") as caught:
        process(images, "absolute", to=None, client=client)
    assert len(caught.value.workers) == len(client.nthreads())
    assert caught.value.expected["sigima"] == "0.9"


def test_the_client_names_the_executor(client) -> None:
    assert isinstance(executor_of_client(client), DaskExecutor)
    assert isinstance(make_executor("distributed"), DaskExecutor)


def test_calc_runs_on_the_cluster_too(client) -> None:
    workspace = Workspace("standalone")
    workspace.add({name: np.eye(16) * (place + 1) for place, name in enumerate("ab")})
    workspace.executor = DaskExecutor(client)
    result = workspace.calc("gaussian_filter", on=["a", "b"], sigma=2)
    workspace.executor = "threads"
    again = workspace.calc("gaussian_filter", on=["a", "b"], sigma=2, store=False)
    for one, other in zip(result.objects, again.objects, strict=True):
        assert np.array_equal(one.data, other.data)


def test_people_are_shown_where_the_dashboard_is(client) -> None:
    tasks = DaskExecutor(client).tasks(min, 0)
    assert tasks.link == client.dashboard_link
    assert tasks.link.startswith("http://127.0.0.1:")
    assert tasks.workers == sum(client.nthreads().values())
    tasks.close()


def test_what_can_t_be_sent_is_refused(client, images) -> None:
    lock = threading.Lock()

    def holding(obj):
        with lock:
            return obj

    with pytest.raises(ParameterError, match="can't be sent to the cluster"):
        process(images, holding, to=None, client=client)


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's way with memory")
def test_a_local_worker_makes_an_array_in_the_memory_of_the_one_before(client) -> None:
    def page_faults() -> int:  # in here, so that it is sent by value
        import resource

        np.ones(1 << 18)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        for _ in range(50):
            np.ones(1 << 18)
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

    assert max(client.run(page_faults).values()) < 50 * 512 / 5  # all of them: 512 each


def test_dask_looks_at_what_a_local_worker_does_ten_times_a_second(client) -> None:
    found = client.run(dask.config.get, "distributed.worker.profile.interval")
    assert {*found.values()} == {"100ms"}


def test_a_cluster_that_has_no_worker_yet_is_told_from_a_busy_one() -> None:
    with LocalCluster(n_workers=0, dashboard_address=None) as empty, Client(empty) as client:
        tasks = DaskExecutor(client).tasks(min, 0)
        assert tasks.workers == 0
        tasks.close()
