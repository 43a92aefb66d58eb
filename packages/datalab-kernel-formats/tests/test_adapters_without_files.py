"""Adapters for which no file can be written here: what is ours of them, and that they refuse."""

import gc

import numpy as np
import pytest

from datalab_kernel.errors import FileFormatError, MissingPackageError
from datalab_kernel_formats._microscopes import CZI, LIF, ND2, _plot
from datalab_kernel_formats._opus import OPUS
from datalab_kernel_formats._plot_objects import objects_of_plot
from datalab_kernel_formats._rigol import RIGOL_BIN, RIGOL_WFM

MARKS = {
    CZI: ("a.czi", b"ZISRAWFILE\0\0\0\0\0\0"),
    ND2: ("a.nd2", b"\xda\xce\xbe\x0a"),
    LIF: ("a.lif", b"p\0\0\0"),
    OPUS: ("a.0", b"\n\n\xfe\xfe"),
    RIGOL_WFM: ("a.wfm", b"\xa5\xa5\x38\x00"),
    RIGOL_BIN: ("a.bin", b"RG01"),
}


@pytest.mark.timeout(60)
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("reader", MARKS, ids=lambda reader: reader.name)
@pytest.mark.parametrize(
    "rest", [b"", bytes(600), bytes(range(256)) * 8], ids=["mark", "zeros", "bytes"]
)
def test_what_only_begins_like_a_file_is_refused(tmp_path, read, reader, rest):
    name, mark = MARKS[reader]
    path = tmp_path / name
    path.write_bytes(mark + rest)
    assert reader.recognises(mark + rest, path)
    with pytest.raises((FileFormatError, MissingPackageError), match=name):
        read(reader, path)
    gc.collect()  # RigolWFM leaves files open, which is said when they go


def test_a_microscope_s_stack_is_frames_by_letter_in_micrometres(tmp_path):
    stack = np.arange(24).reshape(2, 1, 2, 2, 3)
    plot = _plot("", stack, "TZCYX", {"X": 0.5, "Y": 0.25, "Z": 1.0})
    found = objects_of_plot(tmp_path / "cells.czi", plot)
    assert [obj.title for obj in found] == [
        "cells T0 C0", "cells T0 C1", "cells T1 C0", "cells T1 C1",
    ]  # fmt: skip
    assert found[3].data.tolist() == [[18, 19, 20], [21, 22, 23]]
    assert found[3].metadata["frame"] == {"T": 1, "C": 1}
    assert (found[0].dx, found[0].dy, found[0].xunit) == (0.5, 0.25, "µm")


def test_rows_and_columns_need_not_come_last(tmp_path):
    plot = _plot("", np.arange(12).reshape(2, 3, 2), "YXC", {})
    first, second = objects_of_plot(tmp_path / "a.czi", plot)
    assert second.data.tolist() == [[1, 3, 5], [7, 9, 11]]
    assert (first.xunit, first.dx) == ("", 1.0)
