"""Files that a person uploads or downloads: what they are called, and what goes wrong."""

from contextlib import asynccontextmanager

import pytest

from datalab_kernel_channel import JavaScriptError
from datalab_kernel_channel.frontends import _files, _picking, download, pick_points, upload
from datalab_kernel_channel.frontends._shown import Place


class Saved:
    """A workspace, as far as it is saved."""

    def save(self, path):
        path = path.with_name(f"{path.name}.h5")
        path.write_bytes(b"abc")
        return path


@pytest.fixture
def page_with(opened, monkeypatch):
    """Return what shows the front ends on a page that has these functions."""

    def show_on(module, **functions):
        @asynccontextmanager
        async def shown(_name, _module, **exposed):
            channel, page = await opened(
                **{name: make(page_of) for name, make in functions.items()}
            )
            pages.append(page)
            channel.expose(**exposed)
            yield channel, Place(), channel.clients[0]
            await channel.close()

        pages = []
        page_of = pages.__getitem__
        monkeypatch.setattr(module, "shown", shown)

    return show_on


def chosen(name):
    """Have a person choose a file of that name."""

    def make(page_of):
        async def upload_it(_accept):
            page = page_of(-1)
            await page.call("receive", page.stream(b"abc", name=name), name)
            return name

        return upload_it

    return make


pytestmark = pytest.mark.fake_page("what a person does is written in Python")


async def test_a_file_of_a_name_that_is_taken_is_refused_by_the_error_that_is_promised(
    page_with, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    page_with(_files, upload=chosen("a.csv"))
    assert (await upload()).read_bytes() == b"abc"
    (tmp_path / "a.csv").write_bytes(b"mine")
    with pytest.raises(FileExistsError, match=r"a\.csv is there already.*Remove or rename it"):
        await upload()
    assert (tmp_path / "a.csv").read_bytes() == b"mine"


async def test_a_file_that_cannot_be_written_is_an_oserror(page_with, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page_with(_files, upload=chosen("n" * 300))
    with pytest.raises(OSError, match="name too long"):
        await upload()
    assert list(tmp_path.iterdir()) == []


async def test_what_the_page_throws_is_no_error_of_a_file(page_with, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    async def broken(_accept):
        raise ValueError("of the page")

    page_with(_files, upload=lambda _: broken)
    with pytest.raises(JavaScriptError, match="of the page"):
        await upload()


async def test_a_workspace_is_downloaded_under_the_name_that_it_was_written_by(page_with):
    names = []

    async def take(stream, name):
        names.append((name, await stream.join()))
        return 3

    page_with(_files, download=lambda _: take)
    assert await download(Saved(), "monday") == "monday.h5"
    assert names == [("monday.h5", b"abc")]


async def test_what_is_no_workspace_is_refused_before_anything_is_shown(tmp_path):
    with pytest.raises(TypeError, match=r"this is a set\. Give the workspace"):
        await download(set())
    with pytest.raises(TypeError, match=r"this is a str\. The person chooses the file"):
        await upload("monday.h5")
    with pytest.raises(IsADirectoryError):
        await download(tmp_path)


@pytest.mark.parametrize("number", [0, -1, 1.5])
async def test_only_a_whole_number_of_points_can_be_chosen(page_with, number):
    page_with(_picking)
    with pytest.raises(ValueError, match=f"n is {number}"):
        await pick_points(None, "wave", number)
