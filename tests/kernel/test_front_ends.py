"""What a cell asks of its front end, and how programs see that this is a notebook."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from support.kernel.bare import as_ipykernel, fails_on_bare_xpython, only_ours

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from support.kernel.driver import Kernel
    from support.kernel.watch import Cell, Watch


def payload(cell: Cell) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cell.reply["content"]["payload"]
    return found


@as_ipykernel()
def test_the_next_input_is_set_once_a_cell(watch: Watch) -> None:
    cell = watch.run("for i in range(3): get_ipython().set_next_input(f'n{i}')")
    wanted = {"source": "set_next_input", "text": "n2", "replace": False}
    assert payload(cell) == [wanted]
    assert payload(watch.run("1")) == []


@fails_on_bare_xpython("the text is kept in the shell, and nobody is told")
def test_load_puts_a_file_in_the_place_of_the_cell(watch: Watch, tmp_path: Path) -> None:
    file = tmp_path / "some.py"
    file.write_text("loaded = 5\n")
    text = f"# %load {file}\nloaded = 5\n"
    wanted = {"source": "set_next_input", "text": text, "replace": True}
    assert payload(watch.run(f"%load {file}")) == [wanted]


@fails_on_bare_xpython("the text is kept in the shell, and nobody is told")
def test_recall_offers_an_earlier_cell(watch: Watch) -> None:
    watch.run("%reset -f in")
    count = watch.run("recalled = 5", store_history=True).reply["content"]["execution_count"]
    wanted = {"source": "set_next_input", "text": "recalled = 5", "replace": False}
    assert payload(watch.run(f"%recall {count}")) == [wanted]


@as_ipykernel()
def test_edit_opens_a_file_in_the_front_end(watch: Watch, tmp_path: Path) -> None:
    file = tmp_path / "some.py"
    file.write_text("x = 5\n")
    [one] = payload(watch.run(f"%edit -n 1 {file}"))
    assert (one["source"], one["filename"]) == ("edit_magic", str(file))
    assert int(one["line_number"]) == 1


@as_ipykernel()
@pytest.mark.parametrize("code", ["zip?", "%pinfo zip"])
def test_help_opens_the_pager(watch: Watch, code: str) -> None:
    [one] = payload(watch.run(code))
    assert one["source"] == "page"
    assert "zip" in one["data"]["text/plain"]


@only_ours("bare xpython drops the payload of a cell that fails, and its text of the next input")
def test_a_cell_that_fails_has_its_payload_too(watch: Watch) -> None:
    cell = watch.run("get_ipython().set_next_input('x'); 1/0")
    assert [one["text"] for one in payload(cell)] == ["x"]


@pytest.mark.parametrize("code", ["quit", "print('last'); exit()"])
def test_exit_ends_the_kernel_after_its_reply(
    started: Callable[..., AbstractContextManager[Kernel]], code: str
) -> None:
    from support.kernel.watch import Watch

    with started(DATALAB_KERNEL_MODE="standalone", DATALAB_KERNEL_WARMUP="off") as kernel:
        watch = Watch(kernel)
        kept = watch.run("exit(keep_kernel=True)")
        assert payload(kept) == [{"source": "ask_exit", "keepkernel": True}]
        cell = watch.run(code)
        assert cell.reply["content"]["status"] == "ok"
        assert payload(cell) == [{"source": "ask_exit", "keepkernel": False}]
        assert cell.text() == ("last\n" if "last" in code else "")
        deadline = time.monotonic() + 20
        while kernel.manager.is_alive() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not kernel.manager.is_alive()


@as_ipykernel()
@pytest.mark.parametrize(
    "code",
    [
        "get_ipython().__class__.__name__ == 'ZMQInteractiveShell'",
        "'IPKernelApp' in get_ipython().config",
        "'zmqshell' in str(type(get_ipython()))",
        "import ipykernel.zmqshell as z; isinstance(get_ipython(), z.ZMQInteractiveShell)",
        "from ipykernel.zmqshell import ZMQDisplayPublisher; True",
        "from rich.console import Console; Console().is_jupyter",
        "from tqdm.auto import tqdm; 'notebook' in tqdm.__mro__[1].__module__",
        "from IPython import get_ipython as g; g() is get_ipython()",
        "import os; os.environ['GIT_PAGER'] == 'cat' and os.environ['FORCE_COLOR'] == '1'",
    ],
)
def test_programs_find_a_notebook(watch: Watch, code: str) -> None:
    cell = watch.run(code)
    assert [one["data"]["text/plain"] for one in cell.of("execute_result")] == ["True"]


@as_ipykernel()
def test_rich_shows_its_traceback_as_html(watch: Watch) -> None:
    watch.run("import rich.traceback as r; ip = get_ipython(); before = ip.showtraceback")
    cell = watch.run("r.install(); 1/0")
    watch.run("ip.showtraceback = before")
    assert "text/html" in cell.of("display_data")[0]["data"]
    assert cell.reply["content"]["status"] == "error"


@as_ipykernel()
def test_tqdm_shows_a_widget(watch: Watch) -> None:
    cell = watch.run("from tqdm.auto import tqdm\nfor _ in tqdm(range(3)): pass")
    [shown] = cell.of("display_data")
    assert "application/vnd.jupyter.widget-view+json" in shown["data"]


@as_ipykernel()
def test_a_display_is_updated_and_output_cleared(watch: Watch) -> None:
    code = (
        "from IPython.display import display, clear_output\nhandle = display(1, display_id=True)\n"
    )
    cell = watch.run(f"{code}handle.update(2); clear_output(wait=True)")
    assert cell.types == ["display_data", "update_display_data", "clear_output"]
    ids = {one["transient"]["display_id"] for one in cell.of("display_data")}
    assert {one["transient"]["display_id"] for one in cell.of("update_display_data")} == ids


@as_ipykernel()
def test_figures_take_the_format_that_is_configured(watch: Watch) -> None:
    watch.run("%matplotlib inline\n%config InlineBackend.figure_formats = ['svg']")
    cell = watch.run("import matplotlib.pyplot as plt; plt.plot([1, 2]);")
    watch.run("%config InlineBackend.figure_formats = ['png']")
    assert "image/svg+xml" in cell.of("display_data")[0]["data"]


@only_ours("bare xpython gives its shell no configuration")
def test_the_persons_ipython_configuration_holds(
    started: Callable[..., AbstractContextManager[Kernel]], watch: Watch, tmp_path: Path
) -> None:
    assert watch is not None
    profile = tmp_path / "profile_default"
    profile.mkdir()
    file = profile / "ipython_config.py"
    file.write_text("c.InteractiveShell.ast_node_interactivity = 'all'\n")
    with started(IPYTHONDIR=str(tmp_path), DATALAB_KERNEL_WARMUP="off") as kernel:
        assert kernel.run("1\n2").displays == [{"text/plain": "1"}, {"text/plain": "2"}]
