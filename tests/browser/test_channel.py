"""Channels in JupyterLab on our kernel: Python and the page call each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from support.channel_cell import OPEN

from frontends.notebook import NotebookPage, lab_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext

    from frontends.server import JupyterServer

UNTIL_ANSWERED = """\
while True:
    try:
        answer = await channel.call('add', 1, 1, timeout_s=15)
        break
    except (ConnectionError, TimeoutError):  # it went in mid-call; or its last word was lost
        pass
answer"""


@pytest.fixture(scope="module")
def opened(notebook: NotebookPage) -> NotebookPage:
    """Give a notebook whose first cell has opened a channel."""
    assert notebook.run(OPEN + "await channel.call('add', 1, 2)").endswith("3")
    return notebook


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("await channel.call('add', 1, 2)", "3"),
        ("await channel.call('twice', 'ab')", "'abab'"),
        ("await asyncio.gather(*[channel.call('add', i, 0) for i in range(50)]) == [*range(50)]", "True"),
        ("v = [1, 2.5, None, {'a': b'xyz'}, True, 'é']; await channel.call('echo', v) == v", "True"),
        ("await channel.call('echo', [float('inf'), -0.0])", "[inf, -0.0]"),
        ("await channel.call('sorts', np.arange(6.0).reshape(2, 3))", "['NDArray', 'Float64Array', [2, 3], 5]"),
        ("x = np.random.rand(1000, 1200); np.array_equal(await channel.call('echo', x), x)", "True"),
        ("await channel.call('part')", "array([2., 3.])"),
        ("kinds = await channel.call('kinds'); kinds[:6]", "[None, {'a': 1}, 10, 1152921504606846976, b'\\x01\\x02', b'\\x00\\x00']"),
        ("print(kinds[6:])", "[datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.timezone.utc), 2, 9007199254740992.0, nan]"),
        ("await channel.call('size', channel.stream(bytes(3_000_000)))", "3000000"),
        ("len(await (await channel.call('count', 5)).join())", "500000"),
        ("got = []; (await channel.call('steps', 3, on_progress=got.append), got)", "('done', [0, 1, 2])"),
        ("await channel.call('width') > 100", "True"),
        ("await channel.call('fail')", "JavaScriptError: TypeError: no such thing"),
        ("await channel.call('nix')", "MethodNotFoundError"),
        ("await channel.call('wait', timeout_s=0.5)", "ChannelTimeoutError"),
        ("(await channel.call('caught'))[:2]", "['KeyError', \"'x'\"]"),
    ],
)  # fmt: skip
def test_a_cell_gets_what_the_page_answers(opened: NotebookPage, code: str, shown: str) -> None:
    assert opened.run(code).startswith(shown)


def test_an_error_of_python_has_both_stacks_in_the_page(opened: NotebookPage) -> None:
    stack = opened.run("print((await channel.call('caught'))[2])")
    assert "at Object.caught" in stack
    assert '{}["x"]' in stack
    assert stack.count("blob:") == 1  # nothing of ours


def test_a_handler_hears_that_nobody_waits_any_more(opened: NotebookPage) -> None:
    assert "ChannelTimeoutError" in opened.run("await channel.call('wait', timeout_s=0.5)")
    expect(opened.page.locator(".shown").first).to_have_text("aborted")


def test_a_module_that_does_not_load_is_an_error_of_the_cell(opened: NotebookPage) -> None:
    shown = opened.run("await open_channel('export default function() { nonsense( }')")
    assert "JavaScriptError: SyntaxError" in shown


def test_a_function_that_throws_is_an_error_of_the_cell(opened: NotebookPage) -> None:
    shown = opened.run(
        "await open_channel('export default function() { throw new RangeError(7) }')"
    )
    assert "JavaScriptError: RangeError: 7" in shown


def test_initialize_runs_once_and_render_for_each_view(opened: NotebookPage) -> None:
    opened.run(
        """both = await open_channel('''
let runs = 0, views = 0, gone = 0;
export default {
  initialize({ channel }) { runs += 1; channel.expose({ counts: () => [runs, views, gone] }); },
  render({ el }) { views += 1; el.textContent = 'view'; el.className = 'view'; return () => { gone += 1; }; },
}''')"""
    )
    second = opened.start("both")
    opened.finish(second)
    expect(opened.cell(second).locator(".view")).to_have_text("view")
    assert opened.run("await both.call('counts')") == "[1, 2, 0]"
    opened.page.evaluate(
        """index => window.jupyterapp.shell.currentWidget.content.widgets[index].model.outputs.clear()""",
        second,
    )
    assert opened.run("await both.call('counts')") == "[1, 2, 1]"


def test_without_display_the_page_s_half_runs_unseen(opened: NotebookPage) -> None:
    index = opened.start(
        "unseen = await open_channel(JS, display=False); await unseen.call('add', 2, 2)"
    )
    assert opened.finish(index) == "4"
    assert len(opened.json(index)["outputs"]) == 1


def test_a_widget_of_one_s_own_has_traits_and_a_channel(opened: NotebookPage) -> None:
    opened.run(
        """import traitlets
from datalab_kernel_channel import ChannelWidget
class Counter(ChannelWidget):
    _esm = '''export default ({ channel, model, el }) => {
      const show = () => { el.textContent = 'count ' + model.get('count'); el.className = 'own'; };
      model.on('change:count', show); show();
      channel.expose({ up() { model.set('count', model.get('count') + 1); model.save_changes(); } });
    }'''
    count = traitlets.Int(3).tag(sync=True)
counter = Counter()
own = await open_channel(counter)
await own.call('up')
counter.count += 10"""
    )
    expect(opened.page.locator(".own")).to_have_text("count 14")


def test_closing_cleans_up_in_the_page(opened: NotebookPage) -> None:
    index = opened.start("closing = await open_channel(JS)")
    opened.finish(index)
    text = opened.page.evaluate_handle("() => [...document.querySelectorAll('.shown')].at(-1)")
    opened.run("await closing.close()")
    opened.page.wait_for_function("el => el.textContent === 'cleaned up'", arg=text)


@pytest.fixture
def saved(
    browser: BrowserContext, server: JupyterServer, request: pytest.FixtureRequest
) -> Iterator[NotebookPage]:
    """Give a saved notebook of its own whose first cell has opened a channel."""
    name = f"{request.node.name}.ipynb"
    server.write_notebook(name, [""])
    page = browser.new_page()
    notebook = NotebookPage(page).open(server, lab_path(name))
    assert "Error" not in notebook.run(OPEN)
    notebook.command("docmanager:save")
    yield notebook
    page.close()


def test_a_refresh_ends_what_ran_there_and_the_next_call_finds_the_new_page(
    saved: NotebookPage,
) -> None:
    saved.run("task = asyncio.create_task(channel.call('wait')); former = await channel.call('id')")
    saved.page.reload()
    saved.wait_until_ready()
    shown = saved.run(
        "try:\n    await task\nexcept Exception as error:\n    print(repr(error), error.executed)"
    )
    assert "ClientGoneError" in shown
    assert shown.endswith("True\n")
    assert saved.run("await channel.call('id') != former, len(channel.clients)") == "(True, 1)"
    expect(saved.page.locator(".shown")).to_have_text("here")


@pytest.mark.usefixtures("whole_run")
def test_a_call_that_waits_for_a_page_runs_on_the_refreshed_one(saved: NotebookPage) -> None:
    saved.page.goto("about:blank")
    saved.page.go_back()
    saved.wait_until_ready()
    assert saved.run("await channel.call('add', 20, 1)") == "21"


def test_each_of_two_windows_is_a_client(
    saved: NotebookPage,
    browser: BrowserContext,
    server: JupyterServer,
    request: pytest.FixtureRequest,
) -> None:
    name = f"{request.node.name}.ipynb"
    page = browser.new_page()
    second = NotebookPage(page).open(server, lab_path(name, "second"))
    expect(page.locator(".shown")).to_have_text("here")
    assert second.run("while len(channel.clients) < 2: await asyncio.sleep(0.05)") == ""
    assert (
        second.run("r = await channel.call_all('id'); list(r.values()) == list(r), len(r)")
        == "(True, 2)"
    )
    assert second.run("await channel.call('id') == channel.clients[0].id") == "True"
    page.close()
    assert saved.run(UNTIL_ANSWERED) == "2"


@pytest.mark.usefixtures("whole_run")
def test_a_restart_tells_the_page_s_calls(saved: NotebookPage) -> None:
    saved.run("await channel.call('ask')")
    saved.restart()
    expect(saved.page.locator(".shown")).to_have_text("KernelRestartedError")
