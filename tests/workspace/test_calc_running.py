"""Who computes: several threads or one, until interrupted, or the backend itself."""

from dataclasses import replace

import numpy as np
import pytest

from datalab_kernel import Workspace
from datalab_kernel.backends import Calculated, Put
from datalab_kernel.compute._registry import functions
from datalab_kernel.errors import InvalidNameError, OperandError, UnknownFunctionError
from datalab_kernel_standalone import StandaloneBackend

X = np.linspace(0, 10, 201)


@pytest.fixture
def workspace():
    return Workspace("standalone")


def test_many_objects_give_the_same_on_any_number_of_threads(workspace, monkeypatch):
    random = np.random.default_rng(0)
    workspace.add({f"i{number}": random.random((300, 300)) for number in range(24)})
    monkeypatch.setattr("datalab_kernel.compute._pool.number_of_cores", lambda: 1)
    alone = workspace.calc("gaussian_filter", on="i*", sigma=4, store=False).objects
    monkeypatch.setattr("datalab_kernel.compute._pool.number_of_cores", lambda: 4)
    together = workspace.calc("gaussian_filter", on="i*", sigma=4, store=False).objects
    assert [obj.title for obj in alone] == [obj.title for obj in together]
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one.data, other.data)


def test_an_interrupt_between_objects_leaves_nothing_half_done(workspace, monkeypatch):
    workspace.add({f"i{number}": np.ones((4, 4)) for number in range(5)})
    monkeypatch.setattr("datalab_kernel.compute._pool.number_of_cores", lambda: 1)
    absolute = functions("image")["absolute"]

    def interrupted(image):
        if image.title == "i3":
            raise KeyboardInterrupt
        return absolute.call(image)

    monkeypatch.setitem(functions("image"), "absolute", replace(absolute, call=interrupted))
    with pytest.raises(KeyboardInterrupt):
        workspace.calc("absolute", on="i*")
    assert workspace.list() == ["i0", "i1", "i2", "i3", "i4"]


class Computer(StandaloneBackend):
    """Computes itself what it knows, as a running DataLab does."""

    def calc(self, jobs, names):
        if jobs[0].function.name != "absolute":
            return None
        found = [
            name or f"here {job.sources[0].name}" for job, name in zip(jobs, names, strict=True)
        ]
        self.put([Put(name=name, obj=job.inputs[0]) for job, name in zip(jobs, found, strict=True)])
        return [Calculated(name=name) for name in found]


def test_a_backend_may_compute_itself():
    workspace = Workspace(Computer())
    workspace["a"] = (X, np.sin(X))
    result = workspace.calc("absolute", on="a")
    assert (result.names, result.computed_by) == (("here a",), "datalab")
    assert workspace.selection == ["here a"]


def test_what_a_backend_doesnt_compute_is_computed_here():
    workspace = Workspace(Computer())
    workspace["a"] = (X, np.sin(X))
    assert workspace.calc("derivative", on="a").computed_by == "sigima"
    assert workspace.calc("absolute", on="a", store=False).computed_by == "sigima"


class Faraway(StandaloneBackend):
    """Computes itself, without ever being asked for an object."""

    def __init__(self):
        super().__init__()
        self.asked = []

    def view(self, name):
        self.asked.append(name)
        return super().view(name)

    def calc(self, jobs, names):  # noqa: ARG002 - their own names will do
        return [Calculated(name=job.sources[0].name) for job in jobs]


@pytest.mark.parametrize(
    ("function", "keywords"),
    [
        ("absolute", {"on": "*"}),
        ("gaussian_filter", {"on": "a", "sigma": 2.0}),
        ("stats", {"on": "*"}),
        ("difference", {"on": "a", "operand": "b"}),
        ("difference", {"on": ["a", "b"], "operand": ["b", "a"]}),
        ("average", {"on": "*"}),
        ("extract_roi", {"on": "a", "xmin": 1.0, "xmax": 2.0}),
    ],
)
def test_a_backend_that_computes_isnt_made_to_transfer_its_objects(function, keywords):
    backend = Faraway()
    workspace = Workspace(backend)
    workspace.add({"a": (X, np.sin(X)), "b": (X[::2], np.cos(X[::2]))})
    backend.asked.clear()
    assert workspace.calc(function, **keywords).computed_by == "datalab"
    assert backend.asked == []


class Plugins(StandaloneBackend):
    """Has functions of its own, as a DataLab with plug-ins has."""

    def calc_own(self, function, on, parameters):
        if function != "theirs":
            return None
        self.put([Put(name=f"their {name}", obj=self.get(name)) for name in on])
        self.parameters = parameters
        return [Calculated(name=f"their {name}") for name in on]


def test_a_backend_may_have_functions_that_nobody_else_has():
    backend = Plugins()
    workspace = Workspace(backend)
    workspace.add({"a": (X, np.sin(X)), "mine": (X, X)})
    result = workspace.calc("theirs", {"n": 1}, on="a", name="mine", factor=np.float32(2))
    assert backend.parameters == {"n": 1, "factor": 2.0}
    assert (result.names, result.on, result.computed_by) == (("mine (2)",), ("a",), "datalab")
    assert workspace.list() == ["a", "mine", "mine (2)"]
    assert workspace.selection == ["mine (2)"]


@pytest.mark.parametrize("keywords", [{"store": False}, {"operand": "a"}, {}])
def test_what_a_backend_doesnt_have_either_is_unknown(keywords):
    workspace = Workspace(Plugins())
    workspace["a"] = (X, np.sin(X))
    function = "theirs" if keywords else "nobody's"
    with pytest.raises(UnknownFunctionError, match=f"no function .{function}"):
        workspace.calc(function, on="a", **keywords)
    assert workspace.list() == ["a"]


@pytest.mark.parametrize(("name", "error"), [(" ", InvalidNameError), (["x", "y"], OperandError)])
def test_names_that_cant_be_given_leave_nothing_of_a_function_of_a_backends_own(name, error):
    workspace = Workspace(Plugins())
    workspace["a"] = (X, np.sin(X))
    with pytest.raises(error):
        workspace.calc("theirs", on="a", name=name)
    assert workspace.list() == ["a"]


def test_an_object_is_fetched_once_where_a_default_is_derived_of_it():
    backend = Faraway()
    workspace = Workspace(backend)
    workspace.add({"a": (X, np.sin(X)), "b": (X, np.cos(X))})
    backend.asked.clear()
    workspace.calc("lowpass", on="*")
    assert backend.asked == ["a"]
