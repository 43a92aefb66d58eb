"""``workspace.stack``: the frames of a group together, sliced, selected, projected and shown."""

import re
import weakref

import numpy as np
import pytest

from datalab_kernel import Stack, Workspace, create_image
from datalab_kernel.errors import ObjectNotFoundError, OperandError

PLANES = np.random.default_rng(0).integers(60_000, 65_536, (6, 8, 10), dtype=np.uint16)


def frame(plane, place=None, **changes):
    metadata = {"frame": place} if place else {}
    image = create_image("", plane, units=("µm", "µm", "counts"), metadata=metadata)
    image.dx = image.dy = 0.25
    for name, value in changes.items():
        setattr(image, name, value)
    return image


@pytest.fixture
def workspace():
    workspace = Workspace("standalone")
    workspace.add({f"z{i}": frame(plane) for i, plane in enumerate(PLANES)}, group="cells")
    workspace.add("alone", np.eye(4), group="others")
    return workspace


@pytest.fixture
def channels(workspace):
    frames = {
        f"f Z{z} C{c}": frame(PLANES[2 * z + c], {"Z": z, "C": c})
        for z in range(3)
        for c in range(2)
    }
    workspace.add(frames, group="f")
    return workspace.stack("f")


def test_a_stack_is_the_images_of_a_group(workspace):
    stack = workspace.stack("cells")
    assert isinstance(stack, Stack)
    assert stack.names == ("z0", "z1", "z2", "z3", "z4", "z5")
    assert repr(stack) == "Stack('cells': 6 frames of 10 by 8 pixels, uint16)"
    assert [image.title for image in stack] == [*stack.names]
    np.testing.assert_array_equal(np.asarray(stack), PLANES)


def test_the_workspace_knows_nothing_but_single_objects(workspace):
    workspace.stack("cells")
    assert "cells" not in workspace
    assert not workspace.exists("cells")
    assert workspace.list("z*") == ["z0", "z1", "z2", "z3", "z4", "z5"]


def test_what_comes_into_the_group_later_is_no_frame(workspace, channels):
    workspace["mask"] = PLANES[0] > 63_000  # goes to the last group, as in DataLab
    smooth = workspace.calc("gaussian_filter", on=channels, sigma=1)
    assert len(workspace.list(group="f")) == 13
    assert workspace.stack("f").names == channels.names
    assert workspace.stack(smooth).axes == {"Z": 3, "C": 2}


def test_a_frame_is_a_copy(workspace):
    stack = workspace.stack("cells")
    stack[-1].data[:] = 0
    np.testing.assert_array_equal(workspace["z5"].data, PLANES[5])


def test_a_slice_is_a_stack(workspace):
    part = workspace.stack("cells")[1:4]
    assert part.names == ("z1", "z2", "z3")
    assert part.title == "cells[1:4]"
    np.testing.assert_array_equal(workspace[part.max().name].data, PLANES[1:4].max(axis=0))


@pytest.mark.parametrize(
    ("places", "names"),
    [
        ({"Z": 1}, ("f Z1 C0", "f Z1 C1")),
        ({"z": slice(1, None), "C": 0}, ("f Z1 C0", "f Z2 C0")),
        ({"Z": slice(-1, None), "C": [0, 1]}, ("f Z2 C0", "f Z2 C1")),
    ],
)
def test_frames_are_selected_by_their_places(channels, places, names):
    assert channels.axes == {"Z": 3, "C": 2}
    assert channels[places].names == names
    assert channels.select(**places).names == names


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("max", PLANES.max(axis=0)),
        ("min", PLANES.min(axis=0)),
        ("mean", PLANES.mean(axis=0)),
        ("sum", PLANES.sum(axis=0, dtype=np.int64)),
    ],
)
def test_a_projection_is_numpys(workspace, method, expected):
    result = getattr(workspace.stack("cells"), method)()
    assert result.names == (f"{method}(cells)",)
    image = workspace[result.name]
    np.testing.assert_array_equal(image.data, expected)
    assert (image.dx, image.xunit, image.zunit) == (0.25, "µm", "counts")
    assert workspace.list(group="projections") == [*result.names]


def test_sums_are_in_a_type_that_holds_them(workspace):
    dtypes = {"uint8": "int32", "int16": "int32", "uint16": "int32", "int32": "float64"}
    for given, expected in dtypes.items():
        largest = np.full((2, 2), np.iinfo(given).max, given)
        workspace.add({f"{given} {i}": largest for i in range(3)}, group=given)
        total = workspace[workspace.stack(given).sum().name].data
        assert total.dtype == expected
        assert (total == 3 * int(largest[0, 0])).all()


def test_each_place_of_the_other_axes_has_a_projection(workspace, channels):
    result = channels.max("Z")
    assert result.names == ("max(f C0)", "max(f C1)")
    np.testing.assert_array_equal(workspace["max(f C1)"].data, PLANES[1::2].max(axis=0))
    whole = channels.sum(["Z", "C"], name="all")
    np.testing.assert_array_equal(workspace[whole.name].data, PLANES.sum(axis=0, dtype=np.int64))


def test_several_axes_are_never_projected_unasked(channels):
    with pytest.raises(OperandError, match=r"'Z' \(3\) and 'C' \(2\): say which.*max\('Z'\)"):
        channels.mean()


def test_a_projection_is_no_frame_of_the_stack(workspace, channels):
    result = channels.max("Z")
    assert len(workspace.stack("f")) == 6
    assert "frame" not in workspace[result.names[0]].metadata


def test_masked_pixels_and_nan_are_left_out(workspace):
    masked = np.ma.masked_array(np.full((2, 2), 9, np.uint16), [[True, False], [False, False]])
    workspace.add({"a": masked, "b": np.full((2, 2), 5, np.uint16)}, group="m")
    workspace.add({"c": np.array([[np.nan, 1.0]]), "d": np.array([[np.nan, 4.0]])}, group="n")
    means = workspace[workspace.stack("m").mean().name].data
    np.testing.assert_array_equal(means, [[5, 7], [7, 7]])
    np.testing.assert_array_equal(workspace[workspace.stack("m").max().name].data, [[5, 9], [9, 9]])
    np.testing.assert_array_equal(workspace[workspace.stack("n").sum().name].data, [[np.nan, 5]])
    np.testing.assert_array_equal(workspace[workspace.stack("n").max().name].data, [[np.nan, 4]])


def test_the_same_projection_replaces_the_one_before(workspace):
    stack = workspace.stack("cells")
    assert stack.max().names == stack.max().names
    assert workspace.list(group="projections") == ["max(cells)"]


def test_the_script_of_a_projection_makes_it_again(workspace):
    name = workspace.stack("cells").sum().name
    before = workspace[name].data
    script = workspace.script(name)
    workspace.remove(name)
    exec(script, {"workspace": workspace})
    np.testing.assert_array_equal(workspace[name].data, before)
    assert [step.function for step in workspace.history(name)] == ["projection"]


def test_only_one_frame_is_held_while_projecting():
    from datalab_kernel_standalone import StandaloneBackend

    alive, most = [], []

    class Elsewhere(StandaloneBackend):
        """Gives each frame anew, as a backend does whose objects are elsewhere."""

        def view(self, name):
            obj = self.get(name)
            alive.append(weakref.ref(obj))
            most.append(sum(one() is not None for one in alive))
            return obj

    workspace = Workspace(Elsewhere())
    workspace.add({f"z{i}": plane for i, plane in enumerate(PLANES)}, group="cells")
    stack = workspace.stack("cells")
    stack.max()  # gives the frames the identifiers that the history has for them
    alive.clear()
    most.clear()
    stack.sum()
    assert len(most) >= len(PLANES)
    assert max(most) <= 3  # the first, the last and the next


def test_a_stack_stands_for_its_frames(workspace):
    from datalab_kernel import Plotter

    stack = workspace.stack("cells")
    smooth = workspace.calc("gaussian_filter", on=stack, sigma=1)
    assert len(workspace.stack(smooth)) == 6
    assert workspace.select(stack) == [*stack.names]
    plotter = Plotter(workspace)
    assert "6 objects" in repr(plotter.grid(stack, show=False))
    assert len(plotter.plot(stack[:2], show=False, share="colors").axes) >= 2


def test_a_strip_has_the_frames_with_their_places_and_one_scale(channels):
    html = channels._repr_html_()
    assert html.count("<img") == 6
    assert re.findall(r"<figcaption[^>]*>([^<]+)<", html)[:2] == ["Z0 C0", "Z0 C1"]
    assert "0.5 µm" in html
    assert "black 60" in html
    assert "counts" in html


def test_a_strip_of_many_frames_shows_some(workspace):
    workspace.add({f"t{i:03}": PLANES[i % 6] for i in range(100)}, group="film")
    html = workspace.stack("film")._repr_html_()
    assert html.count("<img") == 12
    assert "12 of 100 frames" in html
    assert "t000" in html
    assert "t099" in html


@pytest.mark.parametrize(
    ("ask", "error", "text"),
    [
        (lambda w: w.stack("cell"), ObjectNotFoundError, "Did you mean 'cells'"),
        (lambda w: w.stack("cells")[9], IndexError, "6 frames, counted from 0"),
        (lambda w: w.stack("cells")["z0"], TypeError, r"stack\[0\]"),
        (lambda w: w.stack("cells").select(Z=1), OperandError, "don't say where they are"),
        (lambda w: w.stack("cells").max("Z"), OperandError, "don't say where they are"),
        (lambda w: w.stack(["z0", "alone"]), OperandError, "10 by 8.*4 by 4"),
        (lambda w: w.stack(3), TypeError, "not by a int"),
        (lambda w: w.stack([]), OperandError, "no name was given"),
    ],
)
def test_what_is_no_stack_is_said_kindly(workspace, ask, error, text):
    with pytest.raises(error, match=text):
        ask(workspace)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"dx": 0.5}, "dx = 0.25 and 0.5.*resampling"),
        ({"zunit": "V"}, "values in 'counts' and 'V'"),
        ({"xunit": "nm"}, "x in 'µm' and 'nm'"),
    ],
)
def test_frames_that_differ_are_not_projected(workspace, changes, text):
    workspace.add("z6", frame(PLANES[0], **changes), group="cells")
    with pytest.raises(OperandError, match=text):
        workspace.stack("cells").max()
    assert workspace.list(group="projections") == []


def test_an_array_of_planes_is_refused_and_says_how_to_add_it(workspace):
    with pytest.raises(TypeError, match=r"group='stack'"):
        workspace["planes"] = PLANES
    with pytest.raises(TypeError, match=r"workspace\.add\(\{f'z\{i\}'"):
        workspace.add("planes", PLANES)


def test_frames_and_projections_are_computed_with_as_any_object(workspace):
    stack = workspace.stack("cells")
    workspace["dark"] = stack[0] - 5
    workspace["half"] = stack.max() / 2
    workspace["ratio"] = np.log10(stack.mean()) - stack[1] / stack[1]
    np.testing.assert_array_equal(workspace["dark"].data, PLANES[0] - 5.0)
    np.testing.assert_array_equal(workspace["half"].data, PLANES.max(axis=0) / 2)
    assert str(workspace.history("half")[-1]) == "half = max(cells) / 2"


def test_several_projections_at_once_are_no_operand(channels):
    with pytest.raises(OperandError, match="one is wanted"):
        channels.max("Z") / 2


def test_tables_are_no_operand(workspace):
    workspace["mask"] = PLANES[0] > 63_000
    workspace.calc("label_regions", on="mask", name="labels")
    found = workspace.calc("region_properties", on="labels")
    with pytest.raises(OperandError, match="Compute with columns of its .frame"):
        2 * found
