"""Damaged files in the format that DataLab writes, whose headers have no checksums: loaded or refused."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from guidata.io import HDF5Writer

from datalab_kernel.testing import _samples

TIMEOUT_S = 280
TEXT_TYPE = bytes.fromhex("1901010010000000")  # HDF5's datatype message of a UTF-8 text

Loader = Callable[[list[bytes], float], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A workspace as DataLab writes it: by guidata, in HDF5's oldest format."""
    path = tmp_path_factory.mktemp("original") / "original.h5"
    with HDF5Writer(str(path)) as writer:
        writer.h5["DataLab_Version"] = "1.3.0"
        for panel, group, obj in (
            ("DataLab_Sig", "gs001: g", _samples.signal_with_roi()),
            ("DataLab_Ima", "gi001: g", _samples.image_with_coordinates()),
        ):
            obj.metadata.update({"number": 1, "list": ["a", 2.5, {"b": True}]})
            with writer.group(panel), writer.group(group):
                with writer.group("title"):
                    writer.write_str("g")
                with writer.group("s001: object"):
                    obj.serialize(writer)
    return path.read_bytes()


def test_the_original_is_loaded(original: bytes, outcomes_of: Loader) -> None:
    assert [outcome["outcome"] for outcome in outcomes_of([original], TIMEOUT_S)] == ["loaded"]


def test_texts_whose_type_is_damaged_never_crash(original: bytes, outcomes_of: Loader) -> None:
    """HDF5 crashes when what claims to be a list is read as a text."""
    damaged = TEXT_TYPE.replace(b"\x19\x01", b"\x19\x00")
    places = [
        place for place in range(len(original)) if original.startswith(TEXT_TYPE, place)
    ]  # fmt: skip
    assert len(places) > 20
    contents = [
        original[:place] + damaged + original[place + len(damaged) :] for place in places
    ]  # fmt: skip
    refused = [outcome["outcome"] == "refused" for outcome in outcomes_of(contents, TIMEOUT_S)]
    assert sum(refused) > len(places) // 2


def mutated(original: bytes, chance: random.Random) -> bytes:
    content = bytearray(original)
    place = chance.randrange(len(content)) & ~7
    match chance.choice(["bytes", "bytes", "word", "zeros", "cut"]):
        case "bytes":
            for _ in range(chance.choice([1, 3, 20])):
                content[chance.randrange(len(content))] = chance.randrange(256)
        case "word":
            words = [0, 1, 8, 24, place, len(content), 2**31, 2**63 - 1]
            content[place : place + 8] = chance.choice(words).to_bytes(8, "little")
        case "zeros":
            content[place : place + 64] = bytes(len(content[place : place + 64]))
        case "cut":
            del content[place:]
    return bytes(content)


def test_damaged_files_of_datalab_are_loaded_or_refused(
    original: bytes, outcomes_of: Loader, runs_whole: bool
) -> None:
    chance = random.Random(11)
    contents = [mutated(original, chance) for _ in range(500 if runs_whole else 120)]
    outcomes = outcomes_of(contents, TIMEOUT_S)
    refused = sum(outcome["outcome"] == "refused" for outcome in outcomes)
    print(f"{refused} of {len(outcomes)} damaged files refused, the others loaded")
    assert refused > len(outcomes) // 10
