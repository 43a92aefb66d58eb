"""Cells of a page's kernel talk with the page: channels, files, regions that a person draws, comms."""

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect
from support.lite.page import WAIT_MS, LiteKernel

from frontends.notebook import NotebookPage

WAIT_S = WAIT_MS / 1000
FRONTEND = """\
export default function ({ channel }) {
  channel.expose({
    add: (a, b) => a + b,
    same: value => value,
    ask: async value => 2 * await channel.call("half", value),
  });
}
"""
TARGET = """() => window.liteKernel.registerCommTarget("doubled", comm => {
  comm.onMsg = ({ content, buffers }) => comm.send({ twice: 2 * content.data.value }, undefined,
                                                   buffers.map(part => part.buffer ?? part));
})"""


@pytest.fixture(scope="module")
def notebook(kernel: LiteKernel) -> NotebookPage:
    kernel.do("%pip install -q datalab-kernel-channel datalab-kernel-client")
    kernel.do("""
import numpy as np
from datalab_kernel import Workspace
from datalab_kernel_channel import Comm, open_channel
from datalab_kernel_channel.frontends import download, pick_points, pick_roi, upload
desk = Workspace("standalone")
desk["image"] = np.random.default_rng(4).normal(size=(30, 40))
""")
    return kernel.notebook


def test_a_cell_awaits_the_page_which_calls_the_kernel_meanwhile(notebook: NotebookPage) -> None:
    shown = notebook.run(
        f"channel = await open_channel({FRONTEND!r}, expose={{'half': lambda x: x / 2}},\n"
        "                             timeout_s=120, display=False)\n"
        "print(await channel.call('add', 1, 2), await channel.call('ask', 5.0))",
        WAIT_S,
    )
    assert shown == "3 5\n"


def test_arrays_and_bytes_travel_to_the_page_and_back(notebook: NotebookPage) -> None:
    shown = notebook.run(
        "sent = np.random.default_rng(5).normal(size=(600, 500)), b'\\0\\xff' * 50_000, None\n"
        "back = [await channel.call('same', value) for value in sent]\n"
        "print(np.array_equal(sent[0], back[0]), bytes(back[1]) == sent[1], back[2])\n"
        "await channel.close()",
        WAIT_S,
    )
    assert shown == "True True None\n"


def test_a_comm_of_the_kernel_is_answered_between_cells(notebook: NotebookPage) -> None:
    notebook.page.evaluate(TARGET)
    notebook.run(
        "comm, heard = Comm('doubled'), []\n"
        "comm.on_msg(lambda message: heard.append((message['content']['data'], message['buffers'])))\n"
        "comm.send({'value': 21}, buffers=[b'\\1\\2\\3'])",
        WAIT_S,
    )
    shown = notebook.run("[(data, buffers)] = heard; print(data, *map(bytes, buffers))", WAIT_S)
    assert shown == "{'twice': 42} b'\\x01\\x02\\x03'\n"


def test_a_downloaded_workspace_is_read_on_a_computer_and_uploaded_again(
    notebook: NotebookPage, tmp_path: Path
) -> None:
    with notebook.page.expect_download(timeout=WAIT_MS) as given:
        index = notebook.start("print(await download(desk, 'analysis.npz'))")
    assert "analysis.npz" in notebook.finish(index, WAIT_S)
    assert given.value.suggested_filename == "analysis.npz"
    given.value.save_as(tmp_path / "analysis.npz")
    with np.load(tmp_path / "analysis.npz") as arrays:
        wanted = np.random.default_rng(4).normal(size=(30, 40))
        assert any(np.array_equal(arrays[name], wanted) for name in arrays.files)
    index = notebook.start(
        "again = Workspace('standalone')\n"
        "print(await upload(again), np.array_equal(again['image'].data, desk['image'].data))"
    )
    notebook.page.locator(".dlk-drop input").set_input_files(tmp_path / "analysis.npz")
    assert notebook.finish(index, WAIT_S).endswith("['image'] True\n")


def test_a_region_is_drawn_on_a_picture(notebook: NotebookPage) -> None:
    index = notebook.start("roi = await pick_roi(desk, 'image', renderer='matplotlib')")
    expect(notebook.page.locator(".dlk-stage")).to_be_focused(timeout=WAIT_MS)
    for key in ("Space", *["Shift+ArrowRight"] * 4, *["Shift+ArrowDown"] * 3, "Space", "Enter"):
        notebook.page.keyboard.press(key)
    assert "Plot of the image image" in notebook.finish(index, WAIT_S)
    shown = notebook.run(
        "[single] = desk['image'].roi.single_rois\n"
        "x0, y0, width, height = single.coords\n"
        "print(abs(x0 - 20) < 1.5, 1 < width < 10, 1 < height < 10)",
        WAIT_S,
    )
    assert shown == "True True True\n"


def test_a_server_elsewhere_can_t_be_reached_and_one_error_says_what_can(
    notebook: NotebookPage,
) -> None:
    shown = notebook.run(
        "import datalab_kernel_client\n"
        "try:\n"
        "    datalab_kernel_client.sync.connect('http://127.0.0.1:8888')\n"
        "except ConnectionError as error:\n"
        "    print(error)",
        WAIT_S,
    )
    assert "part of a web page (JupyterLite), which has no sockets" in shown
    assert "workspace.connect(" in shown
