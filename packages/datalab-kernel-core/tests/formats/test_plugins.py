"""Other packages' readers: found when a file is read, asked first, and never in another's way."""

import subprocess
import sys
from importlib.metadata import entry_points

import numpy as np
import pytest

from datalab_kernel import plugins
from datalab_kernel.errors import FileFormatError, MissingPackageError
from datalab_kernel.formats import read_file, read_options

GOOD = """
import numpy as np
from datalab_kernel.formats import Reader
from sigima import create_signal

def read(path, options):
    text = path.read_text().removeprefix("TOY ")
    if text == "needs":
        import package_of_nobody_7
    if text == "nothing":
        return []
    return [create_signal(path.stem, np.arange(len(text.split())), [float(x) for x in text.split()])]

READER = Reader(name="Toy", suffixes=(".toy",), read=read,
                recognises=lambda head, path: head.startswith(b"TOY"))
"""
FAILING = GOOD.replace('head.startswith(b"TOY")', "1 / 0")


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Install a package of one module with a reader."""

    def make(name, code, value="READER"):
        folder = tmp_path / name
        info = folder / f"{name}-1.0.dist-info"
        info.mkdir(parents=True)
        (folder / f"{name}.py").write_text(code)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(
            f"[datalab_kernel.formats]\n{name} = {name}:{value}\n"
        )
        monkeypatch.syspath_prepend(folder)
        monkeypatch.delitem(sys.modules, name, raising=False)

    return make


def read(path, content):
    path.write_bytes(content)
    return read_file(path, read_options(None))


def test_a_packages_reader_reads_its_files(install, tmp_path):
    install("toy_a", GOOD)
    (signal,) = read(tmp_path / "a.toy", b"TOY 1 2.5")
    np.testing.assert_array_equal(signal.xydata, [[0, 1], [1, 2.5]])


def test_a_package_that_is_installed_during_the_session_is_found(install, tmp_path):
    with pytest.raises(FileFormatError):
        read(tmp_path / "a.toy", b"TOY")
    install("toy_b", GOOD)
    assert read(tmp_path / "a.toy", b"TOY 1")[0].y.tolist() == [1]


def test_a_packages_reader_is_asked_before_the_cores(install, tmp_path):
    install("toy_c", GOOD)
    (signal,) = read(tmp_path / "a.csv", b"TOY 7 8 9")
    assert signal.y.tolist() == [7, 8, 9]


@pytest.mark.parametrize(
    ("code", "value", "problem"),
    [
        ("import package_of_nobody_7", "READER", "can't be imported .ModuleNotFoundError"),
        ("x = (", "READER", "can't be imported .SyntaxError"),
        (GOOD, "read", "is a function and no datalab_kernel.formats.Reader"),
        (FAILING, "READER", "fails to say whether it recognises 'a.toy' .ZeroDivisionError"),
    ],
)
def test_a_broken_reader_is_named_and_the_others_read(install, tmp_path, code, value, problem):
    install("toy_good", GOOD)
    install("toy_broken", code, value)
    with pytest.warns(RuntimeWarning, match=f"'toy_broken'.*{problem}"):
        (signal,) = read(tmp_path / "a.toy", b"TOY 1 2")
    assert signal.y.tolist() == [1, 2]


def test_what_a_reader_raises_is_an_error_that_names_file_and_package(install, tmp_path):
    code = GOOD.replace("    text = path", "    raise StrangeError('no way')\n    text = path")
    install("toy_d", f"class StrangeError(Exception): pass\n{code}")
    with pytest.raises(FileFormatError, match=r"a\.toy.*toy_d.*StrangeError: no way") as caught:
        read(tmp_path / "a.toy", b"TOY 1")
    assert caught.value.path == str(tmp_path / "a.toy")


def test_a_package_that_a_reader_needs_is_named(install, tmp_path):
    install("toy_e", GOOD)
    with pytest.raises(MissingPackageError) as caught:
        read(tmp_path / "a.toy", b"TOY needs")
    assert caught.value.package == "package_of_nobody_7"


def test_a_reader_that_finds_nothing_is_refused(install, tmp_path):
    install("toy_f", GOOD)
    with pytest.raises(FileFormatError, match="there is no signal and no image in it"):
        read(tmp_path / "a.toy", b"TOY nothing")


def test_a_file_that_is_not_what_its_suffix_says_is_refused_with_the_formats_name(
    install, tmp_path
):
    install("toy_g", GOOD)
    with pytest.raises(FileFormatError, match="it isn't one of Toy, as its suffix says"):
        read(tmp_path / "a.toy", b"\0\1\2")


def test_nothing_of_a_package_is_imported_before_a_file_is_read(install, tmp_path):
    install("toy_h", GOOD)
    (tmp_path / "a.toy").write_bytes(b"TOY 1")
    program = f"""
import sys
sys.path.insert(0, {str(tmp_path / "toy_h")!r})
from pathlib import Path
from datalab_kernel.formats import _registry, read_file, read_options
assert "toy_h" not in sys.modules
read_file(Path({str(tmp_path / "a.toy")!r}), read_options(None))
assert "toy_h" in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=250)


def test_a_packages_reader_takes_what_was_read_elsewhere(install, tmp_path):
    install("toy_i", GOOD.replace('"TOY "', '"PAR1 "').replace('b"TOY"', 'b"PAR1"'))
    assert read(tmp_path / "a.parquet", b"PAR1 1 2")[0].y.tolist() == [1, 2]


def test_a_raw_image_of_which_nothing_is_said_is_refused_with_what_to_say(tmp_path):
    with pytest.raises(FileFormatError, match=r"Say it: read=dict\(dtype=, width=, height="):
        read(tmp_path / "a.raw", bytes(16))


def test_packages_are_not_looked_for_again_for_each_of_many_files(install, tmp_path, monkeypatch):
    install("toy_j", GOOD)
    looks = []
    monkeypatch.setattr(plugins, "entry_points", lambda: looks.append("a look") or entry_points())
    for number in range(20):
        read(tmp_path / f"{number}.toy", b"TOY 1")
    assert plugins.offered("datalab_kernel.backends") == plugins.offered("datalab_kernel.backends")
    assert 1 <= len(looks) < 5  # more than one where a folder of sys.path changed meanwhile
