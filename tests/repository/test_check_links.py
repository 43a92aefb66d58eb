"""The check of the documentation's links finds what leads nowhere."""

from pathlib import Path

import pytest

from check_links import main

PAGE = '<h1 id="top">A</h1><a href="b.html#part">b</a><a href="https://example.org/x">out</a>'


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "a.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "b.html").write_text('<p id="part"><a href="a.html">a</a>', encoding="utf-8")
    return tmp_path


def test_a_site_whose_links_lead_somewhere_passes(site: Path) -> None:
    assert main([str(site)]) == 0


@pytest.mark.parametrize("link", ["c.html", "b.html#nothing", "#nothing", "picture.png"])
def test_a_link_that_leads_nowhere_is_named(
    site: Path, link: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (site / "a.html").write_text(f'<a href="{link}">x</a>', encoding="utf-8")
    assert main([str(site)]) == 1
    assert f"a.html: '{link}' leads nowhere" in capsys.readouterr().out


def test_a_folder_without_pages_fails(tmp_path: Path) -> None:
    assert main([str(tmp_path)]) == 1
