"""DataLab's window is asked while an object is on its way, and nothing is taken for what it isn't."""

import time

import pytest

from datalab_kernel.errors import DataLabBusyError
from datalab_kernel_live.window import _questions
from datalab_kernel_live.window._questions import Addition, NotAskedError, WindowQuestions


@pytest.fixture(autouse=True)
def unhurried(monkeypatch):
    """Take nothing for a busy server only because this computer has much to do."""
    monkeypatch.setattr(_questions, "QUICK_S", 0.2)


class FakeFuture:
    """An answer on its way, which says when somebody waits for it."""

    def __init__(self, note, answer):
        self.note, self.answer = note, answer

    def result(self):
        self.note()
        return self.answer


class FakeRemote:
    """The second door, which notes what it is asked and when somebody waits for an answer."""

    def __init__(self, panel="image", selected=(), version_s=0.0):
        self.panel = panel
        self.uuids = [*selected]
        self.version_s = version_s
        self.seen = []

    def version(self):
        time.sleep(self.version_s)

    def set_panel(self, kind):
        self.seen.append(f"show {kind}")

    def ask_panel(self):
        return self._asked("panel", self.panel)

    def ask_selected(self):
        return self._asked("selected", self.uuids)

    def _asked(self, what, answer):
        self.seen.append(f"ask {what}")
        return FakeFuture(lambda: self.seen.append(f"wait for {what}"), answer)


def addition(*, is_first=False):
    return Addition("ours", "image", lambda: is_first)


def test_nobody_waits_for_the_last_answer_before_the_object_is_there():
    remote = FakeRemote(selected=["theirs"])
    questions = WindowQuestions(remote, addition())
    assert remote.seen == ["ask panel"]
    questions.ask_all()
    assert remote.seen == ["ask panel", "wait for panel", "ask selected"]
    questions.ask_all()  # once more, when the object is sent again
    before = questions.answer({})
    assert remote.seen.count("ask selected") == 1
    assert (before.panel, before.selected) == ("image", {"image": ["theirs"]})
    assert not before.has_moved


def test_an_empty_panel_is_not_asked_what_is_selected():
    remote = FakeRemote(panel="signal")
    questions = WindowQuestions(remote, addition(is_first=True))
    questions.ask_all()
    assert remote.seen == ["ask panel"]
    before = questions.answer({})
    assert (before.panel, before.selected, before.has_moved) == ("signal", {"image": []}, True)


def test_another_panel_is_shown_to_ask_what_is_selected_in_it():
    remote = FakeRemote(panel="signal")
    questions = WindowQuestions(remote, addition())
    questions.ask_all()
    assert remote.seen == ["ask panel", "wait for panel", "show image", "ask selected"]
    assert questions.answer({}).has_moved


def test_a_server_that_somebody_else_keeps_busy_has_answered_before_the_end_is_sent():
    remote = FakeRemote(selected=["theirs"], version_s=2 * _questions.QUICK_S)
    WindowQuestions(remote, addition()).ask_all()
    assert remote.seen[-1] == "wait for selected"


def test_an_answer_that_came_too_late_is_not_taken_for_what_the_person_selected():
    questions = WindowQuestions(FakeRemote(selected=["ours"]), addition())
    questions.ask_all()
    assert questions.answer({"image": ["known"]}).selected == {"image": ["known"]}
    assert questions.answer({}).selected == {"image": ["ours"]}


def test_a_window_that_cannot_be_asked_ends_the_sending_by_an_error_of_its_own():
    class Busy(FakeRemote):
        def ask_selected(self):
            raise DataLabBusyError("busy", url="", detail="", was_sent=False)

    remote = Busy(panel="signal")
    questions = WindowQuestions(remote, addition())
    with pytest.raises(NotAskedError) as caught:
        questions.ask_all()
    assert not questions.has_asked
    assert isinstance(caught.value.error, DataLabBusyError)
    assert not isinstance(caught.value, OSError)  # which a transport would take for its own
    assert remote.seen[-1] == "show signal"
