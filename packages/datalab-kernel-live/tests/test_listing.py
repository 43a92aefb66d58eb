"""What is in DataLab's window is read from both doors and agrees."""

import pickle

import pytest

from datalab_kernel.errors import DataLabBusyError
from datalab_kernel_live.objects import _listing
from datalab_kernel_live.objects._listing import read_listing
from datalab_kernel_live.objects._memory import Memory
from datalab_kernel_live.objects._pending import SINGLES

OURS = "da7a1ab0-0000-4000-8000-00000000000"


class FakeWeb:
    """The first door: objects in the order in which they were made."""

    url = "http://127.0.0.1:1"

    def __init__(self, *objects, side=None):
        self.objects = objects
        self.shape = [side, side] if side else [3, 2]
        self.asked = []

    def list(self):
        self.asked.append("all")
        return [self._info(kind, name) for kind, name in self.objects]

    def info(self, name):
        self.asked.append(name)
        return next(self._info(kind, title) for kind, title in self.objects if title == name)

    def _info(self, kind, name):
        shape = self.shape if kind == "image" else [3]
        return {"type": kind, "name": name, "shape": shape, "dtype": "float64"}


class FakeRemote:
    """The second door: groups of a panel with identities and titles, in the window's order."""

    def __init__(self, panel="signal", **groups):
        self.panel = panel
        self.groups = groups  # by kind: a list of (title, [(identity, title)])
        self.calls = []

    def _objects(self, kind):
        return [one for _, ones in self.groups.get(kind, []) for one in ones]

    def current_panel(self):
        self.calls.append("panel")
        return self.panel

    def set_panel(self, kind):
        self.calls.append(f"show {kind}")
        self.panel = kind

    def objects_of_current_panel(self):
        self.calls.append("objects")
        return self.groups[self.panel]

    def uuids(self, kind):
        self.calls.append("uuids")
        return [uuid for uuid, _ in self._objects(kind)]

    def titles(self, kind):
        self.calls.append("titles")
        return [title for _, title in self._objects(kind)]


def listed(web, remote, memory=None):
    entries = read_listing(web, remote, memory or Memory())
    return [(name, entry.info.group) for name, entry in entries.items()]


def test_objects_are_in_the_order_of_the_window_signals_first():
    web = FakeWeb(("image", "i"), ("signal", "b"), ("signal", "a"))
    remote = FakeRemote(
        signal=[("first", [("1", "a")]), ("second", [("2", "b")])], image=[("g", [("3", "i")])]
    )
    assert listed(web, remote) == [("a", "first"), ("b", "second"), ("i", "g")]


def test_without_the_second_door_they_are_in_the_order_of_the_first():
    web = FakeWeb(("image", "i"), ("signal", "b"), ("signal", "a"))
    assert listed(web, None) == [("b", ""), ("a", ""), ("i", "")]


def test_the_panel_that_is_shown_is_shown_again():
    remote = FakeRemote(signal=[("", [])], image=[("g", [("1", "i")])])
    assert listed(FakeWeb(("image", "i")), remote) == [("i", "g")]
    assert remote.panel == "signal"


def test_groups_of_the_other_panel_are_asked_for_once():
    remote = FakeRemote(signal=[("", [])], image=[("g", [("1", "i")])])
    memory = Memory()
    web = FakeWeb(("image", "i"))
    listed(web, remote, memory)
    remote.calls.clear()
    listed(web, remote, memory)
    assert remote.calls == ["panel", "uuids", "titles"]


def test_a_listing_of_the_panel_that_is_shown_takes_two_calls_and_the_first_one_more():
    remote, memory = FakeRemote(signal=[("", [("1", "a"), ("2", "b")])]), Memory()
    web = FakeWeb(("signal", "a"), ("signal", "b"))
    listed(web, remote, memory)
    assert remote.calls == ["panel", "objects", "uuids"]
    remote.calls.clear()
    listed(web, remote, memory)
    assert remote.calls == ["panel", "objects"]


def test_what_is_large_is_described_once_and_only_when_somebody_looks():
    web = FakeWeb(*[("image", f"i{number}") for number in range(20)], side=4000)
    remote = FakeRemote("image", image=[("", [(f"{n}", f"i{n}") for n in range(20)])])
    memory = Memory()
    entries = read_listing(web, remote, memory)
    assert [*entries] == [f"i{number}" for number in range(20)]
    assert web.asked == []
    assert entries["i3"].info.shape == (4000, 4000)
    assert entries["i3"].info.size_bytes == entries["i3"].place.size_bytes == 128_000_000
    assert web.asked == ["i3"]
    again = read_listing(web, remote, memory)
    assert again["i3"].info.shape == (4000, 4000)
    assert web.asked == ["i3"]
    for entry in again.values():
        assert entry.info.dtype == "float64"
    assert sorted(web.asked) == sorted(f"i{number}" for number in range(20))


def test_many_small_ones_are_described_by_one_request_more():
    web = FakeWeb(*[("image", f"i{number}") for number in range(20)])
    remote = FakeRemote("image", image=[("", [(f"{n}", f"i{n}") for n in range(20)])])
    memory = Memory()
    assert {one.info.size_bytes for one in read_listing(web, remote, memory).values()} == {48}
    assert web.asked == [f"i{number}" for number in range(8)] + ["all"]
    read_listing(web, remote, memory)
    assert web.asked[9:] == ["all"]  # they may have changed, and it costs little


def test_one_of_several_large_ones_of_a_title_is_told_by_its_place():
    web = FakeWeb(*[("image", "i")] * 9, side=4000)
    remote = FakeRemote("image", image=[("", [(f"{number}", "i") for number in range(9)])])
    entries = read_listing(web, remote, Memory())
    assert entries["i (2)"].info.shape == (4000, 4000)
    assert web.asked == ["all"]


def test_descriptions_that_are_asked_for_later_compare_like_others():
    web = FakeWeb(*[("image", f"i{number}") for number in range(9)], side=4000)
    remote = FakeRemote("image", image=[("", [(f"{n}", f"i{n}") for n in range(9)])])
    first, second = (read_listing(web, remote, Memory())["i1"].info for _ in range(2))
    assert first == second
    assert pickle.loads(pickle.dumps(first)) == first
    assert hash(first) == hash(second)
    assert first != "another"


def test_objects_of_one_title_get_numbers_in_the_order_of_the_window():
    web = FakeWeb(("signal", "a"), ("signal", "a"))
    remote = FakeRemote(signal=[("", [("2", "a"), ("1", "a")])])
    memory = Memory()
    entries = read_listing(web, remote, memory)
    assert [(name, one.place.uuid) for name, one in entries.items()] == [("a", "2"), ("a (2)", "1")]
    assert not any(one.place.is_reachable for one in entries.values())


def test_a_number_stays_with_its_object():
    remote = FakeRemote(signal=[("", [("2", "a"), ("1", "a")])])
    memory = Memory()
    listed(FakeWeb(("signal", "a"), ("signal", "a")), remote, memory)
    remote.groups = {"signal": [("", [("1", "a")])]}
    assert listed(FakeWeb(("signal", "a")), remote, memory) == [("a (2)", "")]


def test_a_window_that_changes_is_read_until_it_rests():
    remote = FakeRemote(signal=[("", [("1", "a")])])
    web = FakeWeb()
    answers = [[], [("signal", "b")]] * 10 + [[("signal", "a")]]

    def changing():
        web.objects = answers.pop(0)
        return FakeWeb.list(web)

    web.list = changing
    assert listed(web, remote) == [("a", "")]
    assert not answers


def test_a_window_that_never_rests_is_an_error(monkeypatch):
    monkeypatch.setattr(_listing, "PATIENCE_S", 0.1)
    remote = FakeRemote(signal=[("", [("1", "another")])])
    with pytest.raises(DataLabBusyError, match="change too quickly"):
        listed(FakeWeb(("signal", "a")), remote)


@pytest.mark.parametrize(("uuid", "is_ours"), [(f"{OURS}1", True), ("1", False)])
def test_an_identity_tells_who_made_an_object(uuid, is_ours):
    remote = FakeRemote(signal=[("", [(uuid, "a")])])
    entry = read_listing(FakeWeb(("signal", "a")), remote, Memory())["a"]
    assert entry.info.is_from_notebook is is_ours


def test_a_panel_that_somebody_else_switches_while_it_is_read_is_read_again():
    signals = [(f"identity {i}", f"s {i}") for i in range(2 * SINGLES)]  # too many to be described
    remote = FakeRemote(signal=[("g", signals)], image=[("g", [("2", "i")])])
    panel, switched_to = remote.current_panel, iter(["image"])

    def current_panel():
        shown = panel()
        remote.panel = next(switched_to, remote.panel)  # once it was told
        return shown

    remote.current_panel = current_panel
    web = FakeWeb(("image", "i"), *(("signal", title) for _, title in signals))
    assert listed(web, remote) == [(title, "g") for _, title in signals] + [("i", "g")]
    assert web.asked == []
