"""Titles of notebooks that DataLab took for numbers of its objects are found again."""

import pytest

from datalab_kernel_live.objects._memory import Groups, Place
from datalab_kernel_live.objects._renumbered import is_numbered, mend_groups, retitled

OURS = "da7a1ab0-0000-4000-8000-00000000000"


class FakeRemote:
    """A panel as DataLab has left it; notes what it is told."""

    def __init__(self, titles=None, groups=()):
        self.found = titles or {}
        self.groups = [(title, []) for title in groups]
        self.told = []

    def uuids(self, kind):  # noqa: ARG002
        return [*self.found]

    def titles(self, kind):  # noqa: ARG002
        return [*self.found.values()]

    def set_panel(self, kind):
        self.told.append(("panel", kind))

    def groups_of_current_panel(self):
        return self.groups

    def select_group(self, number, kind):
        self.told.append(("select", number, kind))

    def rename_selected(self, kind, title):
        self.told.append(("rename", kind, title))


def place(uuid, title, kind="signal"):
    return Place(title=title, uuid=uuid, kind=kind, listed=None, is_reachable=True)


@pytest.mark.parametrize(
    "title", ["s001", "fft(s012)", "i123: copy", "gs003", "xs0012", OURS + "1"]
)
def test_such_titles_are_at_risk(title):
    assert is_numbered(title)


@pytest.mark.parametrize("title", ["sine", "s1", "S001", "run 001", "s-001", "i12"])
def test_others_are_not(title):
    assert not is_numbered(title)


def test_what_datalab_changed_is_found():
    places = [place(f"{OURS}1", "fft(s002)"), place(f"{OURS}2", "s001: copy"), place("3", "s001")]
    remote = FakeRemote({f"{OURS}1": "fft(sxxx)", f"{OURS}2": "s001: copy", "3": "s002"})
    assert retitled(remote, "signal", places) == places[:1]


def test_objects_that_are_gone_or_of_the_other_panel_are_left():
    places = [place(f"{OURS}1", "s001"), place(f"{OURS}2", "s002", "image")]
    assert retitled(FakeRemote({f"{OURS}2": "s001"}), "signal", places) == []


def test_nothing_is_asked_where_no_title_is_at_risk():
    assert retitled(None, "signal", [place(f"{OURS}1", "sine")]) == []
    mend_groups(None, "signal", Groups(["first"], [[]]))
    mend_groups(None, "signal", None)


def test_groups_get_their_titles_back():
    remote = FakeRemote(groups=["run 1", "of s001"])
    mend_groups(remote, "signal", Groups(["run 1", "of s002"], [[], []]))
    assert remote.told == [
        ("panel", "signal"),
        ("select", 2, "signal"),
        ("rename", "signal", "of s002"),
    ]
