"""What doesn't fit the memory is refused; a container's limit counts."""

import numpy as np
import pytest
import skimage.io
import tifffile

from datalab_kernel.errors import NotEnoughMemoryError
from datalab_kernel.formats import _memory


def group(folder, limit, usage, cache, names):
    limit_name, usage_name, cache_name = names
    folder.mkdir(parents=True, exist_ok=True)
    (folder / limit_name).write_text(f"{limit}\n")
    (folder / usage_name).write_text(f"{usage}\n")
    (folder / "memory.stat").write_text(f"anon 1\n{cache_name} {cache}\n")


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine with 1 MB of memory, without control groups yet."""
    info = tmp_path / "meminfo"
    info.write_text("MemTotal: 4000 kB\nMemAvailable: 1000 kB\n")
    monkeypatch.setattr(_memory, "_MEMORY", info)
    monkeypatch.setattr(_memory, "_MEMBERSHIP", tmp_path / "cgroup")
    monkeypatch.setattr(_memory, "_CGROUPS", tmp_path / "groups")
    return tmp_path


@pytest.mark.usefixtures("machine")
def test_without_a_container_the_machines_memory_counts():
    assert _memory.available_memory() == 1000 * 1024


def test_a_containers_limit_counts_version_2(machine):
    (machine / "cgroup").write_text("0::/job/step\n")
    group(machine / "groups/job/step", "max", 5, 0, _memory._V2)
    group(machine / "groups/job", 9000, 5000, 1000, _memory._V2)
    assert _memory.available_memory() == 9000 - 5000 + 1000


def test_a_containers_limit_counts_version_1(machine):
    (machine / "cgroup").write_text("5:cpu:/x\n4:memory:/docker/1\n")
    group(machine / "groups/memory", 7000, 1000, 0, _memory._V1)
    assert _memory.available_memory() == 6000


def test_a_group_without_a_limit_leaves_the_machines_memory(machine):
    (machine / "cgroup").write_text("4:memory:/\n")
    group(machine / "groups/memory", 9223372036854771712, 1000, 0, _memory._V1)
    assert _memory.available_memory() == 1000 * 1024


def test_files_that_do_not_fit_are_refused_with_both_sizes(machine):
    path = machine / "large.npy"
    np.save(path, np.zeros(200_000))
    with pytest.raises(NotEnoughMemoryError, match=r"1.6 MB of memory are needed and 1.02 MB") as e:
        _memory.check_memory([path])
    assert e.value.needed_bytes > e.value.available_bytes
    assert isinstance(e.value, MemoryError)


def test_a_compressed_picture_counts_with_its_pixels(tmp_path):
    data = np.zeros((500, 600), dtype=np.uint8)
    skimage.io.imsave(tmp_path / "a.png", data, check_contrast=False)
    tifffile.imwrite(tmp_path / "a.tif", data, compression="zlib")
    assert _memory.size_in_memory(tmp_path / "a.png") == 300_000
    assert _memory.size_in_memory(tmp_path / "a.tif") == 300_000


@pytest.mark.parametrize(
    "options",
    [
        {"photometric": "minisblack"},
        {"photometric": "minisblack", "compression": "zlib"},
        {"imagej": True},
        {"ome": True},
        {"photometric": "rgb"},
        {"photometric": "minisblack", "bigtiff": True, "byteorder": ">"},
        {"photometric": "minisblack", "truncate": True},
    ],
    ids=lambda options: "-".join(map(str, options)),
)
def test_what_a_tiff_file_takes_at_the_most_is_never_less_than_what_it_takes(tmp_path, options):
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((4, 50, 3), dtype=np.uint16), **options)
    assert _memory._most_in_memory(tmp_path / "a.tif") >= 4 * 50 * 3 * 2
    assert _memory.size_in_memory(tmp_path / "a.tif") == 4 * 50 * 3 * 2


def test_tiff_files_that_could_be_too_large_are_looked_at_closely(machine):
    path = machine / "colours.tif"  # its directory leaves open how wide a sample is
    data = np.zeros((400, 400, 3), dtype=np.uint8)
    tifffile.imwrite(path, data, photometric="rgb", compression="zlib")
    assert _memory._most_in_memory(path) > 1000 * 1024
    _memory.check_memory([path])
    tifffile.imwrite(path, np.concatenate([data] * 3), photometric="rgb", compression="zlib")
    with pytest.raises(NotEnoughMemoryError, match=r"1.44 MB"):
        _memory.check_memory([path])


def test_of_files_one_after_the_other_the_memory_is_asked_for_now_and_then(machine):
    path = machine / "large.npy"
    np.save(path, np.zeros(100_000))
    room = _memory.Room()
    room.check([path])
    (machine / "meminfo").write_text("MemAvailable: 100 kB\n")
    room.check([path])  # within the same moment
    room._asked_s -= 1
    with pytest.raises(NotEnoughMemoryError, match=r"800 kB of memory are needed and 102 kB"):
        room.check([path])
