"""Messages in numbered frames, and errors that arrive as what they were."""

import random
from typing import Any

import numpy as np
import pytest

from datalab_kernel.backends import wire
from datalab_kernel.errors import LiveLimitError, NameTakenError, ObjectNotFoundError
from datalab_kernel.objects import Packed, pack, unpack


@pytest.fixture(autouse=True)
def small_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "FRAME_BYTES", 100)


def frames(number: int, *sizes: int) -> tuple[Packed, list[wire.Frame]]:
    parts = [random.Random(size).randbytes(size) for size in sizes]
    packed = Packed(parts[0], tuple(map(memoryview, parts[1:])))
    return packed, [*wire.frames_of(number, packed)]


@pytest.mark.parametrize(
    "sizes", [(2,), (100,), (101,), (0,), (50, 0, 0), (0, 0), (99, 1, 1, 300), (7, 93, 100, 100)]
)
def test_a_message_comes_whole_out_of_its_frames(sizes: tuple[int, ...]) -> None:
    packed, cut = frames(3, *sizes)
    assert all(sum(map(len, buffers)) <= 100 for _, buffers in cut)
    assembly = wire.Assembly()
    found = [assembly.add(data, buffers) for data, buffers in cut]
    assert found[:-1] == [None] * (len(cut) - 1)
    assert found[-1] is not None
    assert (found[-1].text, [*map(bytes, found[-1].buffers)]) == (
        packed.text, [*map(bytes, packed.buffers)],
    )  # fmt: skip
    assert assembly.number is None


def test_what_comes_in_may_be_written_to() -> None:
    packed = pack(np.arange(50.0))
    assembly = wire.Assembly()
    whole = [assembly.add(data, buffers) for data, buffers in wire.frames_of(1, packed)][-1]
    assert whole is not None
    found = unpack(whole)
    found[0] = 5.0
    assert found[:2].tolist() == [5.0, 1.0]


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_a_frame_that_is_missing_is_told_and_the_next_message_comes_whole(lost: int) -> None:
    _, cut = frames(1, 50, 400)
    del cut[lost]
    assembly = wire.Assembly()
    with pytest.raises(ValueError, match="not the next frame"):
        for data, buffers in cut:
            assembly.add(data, buffers)
    _, ((data, buffers),) = frames(2, 10)
    assert assembly.add(data, buffers) is not None


@pytest.mark.parametrize(
    ("data", "buffers"),
    [
        (None, []),
        ({"request": 1}, []),
        ({"request": 1, "frame": 0, "frames": 1, "sizes": [5]}, [b"four"]),
        ({"request": 1, "frame": 0, "frames": 1, "sizes": [3]}, [b"four"]),
        ({"request": 1, "frame": 0, "frames": 1, "sizes": [-3]}, [b"four"]),
        ({"request": 1, "frame": 0, "frames": 1, "sizes": []}, []),
    ],
)
def test_what_is_no_frame_is_a_value_error(data: Any, buffers: Any) -> None:
    with pytest.raises(ValueError, match="frame|message"):
        wire.Assembly().add(data, buffers)


ERRORS = [
    NameTakenError("It is taken.", names=["a", "b"]),
    ObjectNotFoundError("Not here.", name="a", available=["b"], suggestions=[]),
    LiveLimitError("No.", url="http://x", detail="d"),
    KeyError("a"),
    MemoryError("full"),
]


@pytest.mark.parametrize("error", ERRORS, ids=repr)
def test_an_error_arrives_as_what_it_was_with_its_facts(error: Exception) -> None:
    found = wire.error_of(unpack(pack(wire.error_values(error))))
    assert (type(found), str(found), vars(found)) == (type(error), str(error), vars(error))


class OwnError(ValueError):
    """Is known to nobody else."""


@pytest.mark.parametrize("error", [OwnError("mine"), KeyboardInterrupt(), SystemExit(3)])
def test_an_error_that_is_not_known_here_is_told_of(error: BaseException) -> None:
    found = wire.error_of(unpack(pack(wire.error_values(error))))
    assert isinstance(found, wire.ForeignError)
    assert found.name == type(error).__name__


def test_an_error_that_claims_to_be_something_else_is_no_such_thing() -> None:
    values = {"name": "print", "is_known": True, "message": "", "facts": {}, "traceback": []}
    assert isinstance(wire.error_of(values), wire.ForeignError)
