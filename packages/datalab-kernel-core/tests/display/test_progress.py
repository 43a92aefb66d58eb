"""A line of progress is shown in a notebook, for what takes a while, and is taken away again."""

from types import SimpleNamespace

import pytest

from datalab_kernel.display import _progress


class Publisher:
    """What a kernel has to show things."""

    def __init__(self):
        self.shown = []

    def publish(self, data, transient, update):
        self.shown.append((data["text/plain"], transient["display_id"], update))


def run(items, work=str):
    with _progress.tracking(items, "Loading") as tracked:
        return [work(item) for item in tracked]


@pytest.fixture
def publisher(monkeypatch):
    made = Publisher()
    shell = SimpleNamespace(display_pub=made)
    monkeypatch.setitem(
        _progress.sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell)
    )
    clock = iter(range(100))
    monkeypatch.setattr(_progress.time, "monotonic", lambda: next(clock))
    return made


def test_a_long_run_shows_how_far_it_is_and_ends_with_nothing(publisher):
    assert run("abc") == ["a", "b", "c"]
    texts = [text for text, _, _ in publisher.shown]
    assert texts == ["Loading 0 of 3 …", "Loading 1 of 3 …", "Loading 2 of 3 …", ""]


def test_one_display_is_changed_and_not_repeated(publisher):
    run("abc")
    assert len({key for _, key, _ in publisher.shown}) == 1
    assert [update for _, _, update in publisher.shown] == [False, True, True, True]


def test_one_item_shows_nothing(publisher):
    run("a")
    assert publisher.shown == []


def test_a_short_run_shows_nothing(publisher, monkeypatch):
    monkeypatch.setattr(_progress.time, "monotonic", lambda: 0.0)
    run("abc")
    assert publisher.shown == []


def test_a_run_that_fails_takes_its_line_away(publisher):
    with pytest.raises(ZeroDivisionError):
        run([1, 0], lambda number: 1 // number)
    assert [text for text, _, _ in publisher.shown] == [
        "Loading 0 of 2 …",
        "Loading 1 of 2 …",
        "",
    ]


def test_without_a_notebook_nothing_is_shown(capsys, monkeypatch):
    clock = iter(range(100))
    monkeypatch.setattr(_progress.time, "monotonic", lambda: next(clock))
    monkeypatch.setitem(_progress.sys.modules, "IPython", None)
    assert run("abc") == ["a", "b", "c"]
    assert capsys.readouterr().out == ""
