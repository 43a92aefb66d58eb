"""What a page is given: each package once, the page's own first, and one error for all that can't be had."""

import asyncio
from collections.abc import Iterator
from importlib import metadata
from typing import Any

import pytest
from packaging.requirements import Requirement

from datalab_kernel_lite import CannotBringError, _bringing, _install, install


class FakePage:
    """A page that keeps the contract: it offers versions, and installs by noting them."""

    def __init__(self, offered: dict[str, str], wheels: dict[str, tuple[str, list[str]]]) -> None:
        self._offered = offered
        self.wheels = wheels
        self.installed: dict[str, tuple[str, list[str]]] = {}
        self.asked: list[str] = []

    def offered(self) -> dict[str, str]:
        return self._offered

    async def load(self, name: str) -> None:
        self.asked.append(f"load {name}")
        self.installed[name] = (self._offered[name], [])

    async def fetch(self, requirement: str) -> None:
        self.asked.append(f"fetch {requirement}")
        name = Requirement(requirement).name.lower()
        if name not in self.wheels:
            raise ValueError(f"Can't find a pure Python 3 wheel for '{requirement}'")
        self.installed[name] = self.wheels[name]


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakePage]:
    made = FakePage(
        {"scipy": "1.18.0", "numpy": "2.4.3", "h5py": "3.13.0"},
        {
            "sigima": ("1.3.0", ["SciPy<1.17,>=1.10", "guidata>=3.16", "cv2; extra == 'opencv'"]),
            "guidata": ("3.16.0", ["h5py>=3.6", "NumPy>=1.22", "tomli; python_version < '3.9'"]),
        },
    )

    def version(name: str) -> str:
        if name not in made.installed:
            raise metadata.PackageNotFoundError(name)
        return made.installed[name][0]

    monkeypatch.setattr(_bringing, "version", version)
    monkeypatch.setattr(_bringing, "requires", lambda name: made.installed[name][1])
    return made


def bring(page: FakePage, *wanted: str) -> Any:
    return asyncio.run(_bringing.bring(page, [Requirement(text) for text in wanted]))


def test_the_page_s_own_come_from_the_page_and_each_comes_once(page: FakePage) -> None:
    brought = bring(page, "h5py>=3.12", "sigima>=1.3")
    assert page.asked == [
        *("load h5py", "fetch sigima>=1.3", "load scipy", "fetch guidata>=3.16", "load numpy"),
    ]
    assert brought.packages == {
        "h5py": "3.13.0",
        "sigima": "1.3.0",
        "scipy": "1.18.0",
        "guidata": "3.16.0",
        "numpy": "2.4.3",
    }


def test_a_limit_that_the_page_is_beyond_is_said(page: FakePage) -> None:
    brought = bring(page, "sigima>=1.3")
    assert brought.beyond == [
        "sigima asks for SciPy<1.17,>=1.10; this page has 1.18.0, and it is used."
    ]
    assert "SciPy<1.17" in repr(brought)


def test_nothing_is_asked_for_twice(page: FakePage) -> None:
    bring(page, "sigima>=1.3")
    page.asked.clear()
    assert str(bring(page, "sigima>=1.3")) == "Everything was there already."
    assert page.asked == []


def test_what_is_too_old_or_missing_is_one_error_after_all_the_rest(page: FakePage) -> None:
    del page.wheels["guidata"]
    page.offered()["scipy"] = "1.9.0"
    with pytest.raises(CannotBringError) as caught:
        bring(page, "nowhere>=1", "sigima>=1.3")
    assert caught.value.problems == {
        "nowhere": "datalab-kernel-core needs nowhere>=1: Can't find a pure Python 3 wheel for 'nowhere>=1'",
        "scipy": "sigima needs SciPy<1.17,>=1.10, and 1.9.0 is what is here",
        "guidata": "sigima needs guidata>=3.16: Can't find a pure Python 3 wheel for 'guidata>=3.16'",
    }
    for name in caught.value.problems:
        assert f"- {name}: " in str(caught.value)
    assert "sigima" in page.installed


def test_the_core_says_what_it_left_out_for_browsers() -> None:
    stated = ["numpy>=2.1", 'h5py>=3.12.1; sys_platform != "emscripten"']
    assert [str(one) for one in _install.left_out(stated)] == ["h5py>=3.12.1"]


def test_on_a_computer_it_says_where_it_belongs() -> None:
    with pytest.raises(RuntimeError, match="is for the Python of a web page"):
        asyncio.run(install())
