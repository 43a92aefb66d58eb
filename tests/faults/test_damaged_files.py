"""Mutated and truncated files never crash, hang or change a workspace; the error names the file."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from datalab_kernel import Workspace, create_signal_roi
from datalab_kernel.testing import _samples

TIMEOUT_S = 180
SLOWEST_S = 5.0

Loader = Callable[[list[bytes], float], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    workspace = Workspace("standalone")
    workspace.add("signal", _samples.full_signal(), group="first")
    workspace.add("roi", _samples.signal_with_roi(), group="second")
    workspace.update({"image": _samples.full_image(), "masked": _samples.masked_image()})
    with workspace.edit("roi") as signal:
        signal.roi = create_signal_roi([[0.0, 1.0], [2.0, 3.0]])
    return workspace.save(tmp_path_factory.mktemp("original") / "original.h5").read_bytes()


def mutated(original: bytes, chance: random.Random) -> bytes:
    content = bytearray(original)
    kind = chance.choice(["bytes", "bytes", "bits", "zeros", "cut", "copy"])
    place = chance.randrange(len(content))
    length = chance.choice([1, 8, 64, 512])
    match kind:
        case "bytes":
            for _ in range(chance.choice([1, 3, 20])):
                content[chance.randrange(len(content))] = chance.randrange(256)
        case "bits":
            content[place] ^= 1 << chance.randrange(8)
        case "zeros":
            content[place : place + length] = bytes(len(content[place : place + length]))
        case "cut":
            del content[place:]
        case "copy":
            other = chance.randrange(len(content))
            content[place : place + length] = content[other : other + length]
    return bytes(content)


def test_damaged_files_are_loaded_or_refused(
    original: bytes, outcomes_of: Loader, runs_whole: bool
) -> None:
    files = 500 if runs_whole else 120
    chance = random.Random(7)
    outcomes = outcomes_of([mutated(original, chance) for _ in range(files)], TIMEOUT_S)
    slow = [outcome for outcome in outcomes if outcome["seconds"] > SLOWEST_S]
    assert slow == []
    refused = sum(outcome["outcome"] == "refused" for outcome in outcomes)
    print(f"{refused} of {files} damaged files refused, {files - refused} loaded")
    assert refused > files // 10
