"""Instruments' files in a page: own readers, and a pure Python library of the field."""

import pytest
from support.lite.page import LiteKernel

pytestmark = pytest.mark.usefixtures("whole_run")


@pytest.fixture(scope="module")
def formats(kernel: LiteKernel) -> LiteKernel:
    kernel.do("%pip install -q datalab-kernel-formats npTDMS")
    kernel.do("""
import numpy as np
from pathlib import Path
from datalab_kernel import Workspace
desk = Workspace("standalone")
""")
    return kernel


def test_the_list_of_formats_says_what_is_read_in_this_page(formats: LiteKernel) -> None:
    cell = formats.do("""
rows = {row.name: row for row in desk.formats()}
print([(row.name, row.by, row.is_read) for row in rows.values() if "TDMS" in row.name])
print("read here:", sum(row.is_read for row in rows.values()) > 10)
desk.formats()
""")
    assert "nptdms" in cell.text.lower()
    assert "True)]" in cell.text
    assert "read here: True" in cell.text
    assert "<table" in cell.data("text/html")[0]


def test_a_file_is_read_by_the_library_of_its_field(formats: LiteKernel) -> None:
    cell = formats.do("""
import nptdms
timed = {"wf_start_offset": 0.25, "wf_increment": 0.001, "unit_string": "V"}
with nptdms.TdmsWriter("run.tdms") as writer:
    writer.write_segment([nptdms.ChannelObject("Run", "U", np.array([1.5, -2.0, 8.0]), timed)])
(name,) = desk.load("run.tdms")
print(desk[name].x.tolist(), desk[name].y.tolist(), desk[name].yunit)
""")
    assert cell.text.endswith("[0.25, 0.251, 0.252] [1.5, -2.0, 8.0] V\n")


def test_a_file_is_read_by_a_reader_of_ours(formats: LiteKernel) -> None:
    cell = formats.do("""
header = b"Gwyddion Simple Field 1.0\\nXRes = 3\\nYRes = 2\\n"
header += b"\\0" * (4 - len(header) % 4)
Path("field.gsf").write_bytes(header + np.arange(6, dtype="<f4").tobytes())
(name,) = desk.load("field.gsf")
print(desk[name].data.tolist())
""")
    assert cell.text.endswith("[[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]\n")
