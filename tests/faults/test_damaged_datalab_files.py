"""Damaged files in the format that DataLab writes, whose headers have no checksums: loaded or refused."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from guidata.io import HDF5Writer

from datalab_kernel.testing import _samples

SCRIPT = Path(__file__).with_name("loading_each.py")
TIMEOUT_S = 280
TEXT_TYPE = bytes.fromhex("1901010010000000")  # HDF5's datatype message of a UTF-8 text


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


def outcomes_of(contents: list[bytes], folder: Path) -> list[dict[str, object]]:
    """Load files in a child process; each must be loaded or refused by an error that names it."""
    paths = [folder / f"damaged-{number}.h5" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    done = subprocess.run(
        [sys.executable, str(SCRIPT)],
        input="".join(f"{path}\n" for path in paths),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    outcomes = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(outcomes) == len(paths), (
        f"file {len(outcomes)} ended the process (exit {done.returncode}):\n{done.stderr[-2000:]}"
    )
    for path, outcome in zip(paths, outcomes, strict=True):
        assert outcome["outcome"] in ("loaded", "refused")
        assert outcome["outcome"] == "loaded" or path.name in outcome["text"]
    return outcomes


def test_the_original_is_loaded(original: bytes, tmp_path: Path) -> None:
    assert [outcome["outcome"] for outcome in outcomes_of([original], tmp_path)] == ["loaded"]


def test_texts_whose_type_is_damaged_never_crash(original: bytes, tmp_path: Path) -> None:
    """HDF5 crashes when what claims to be a list is read as a text."""
    damaged = TEXT_TYPE.replace(b"\x19\x01", b"\x19\x00")
    places = [
        place for place in range(len(original)) if original.startswith(TEXT_TYPE, place)
    ]  # fmt: skip
    assert len(places) > 20
    contents = [
        original[:place] + damaged + original[place + len(damaged) :] for place in places
    ]  # fmt: skip
    refused = [outcome["outcome"] == "refused" for outcome in outcomes_of(contents, tmp_path)]
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
    original: bytes, tmp_path: Path, runs_whole: bool
) -> None:
    chance = random.Random(11)
    contents = [mutated(original, chance) for _ in range(500 if runs_whole else 120)]
    outcomes = outcomes_of(contents, tmp_path)
    refused = sum(outcome["outcome"] == "refused" for outcome in outcomes)
    print(f"{refused} of {len(outcomes)} damaged files refused, the others loaded")
    assert refused > len(outcomes) // 10
