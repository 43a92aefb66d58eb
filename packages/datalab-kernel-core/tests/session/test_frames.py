"""Which frames of a traceback are shown to people."""

from __future__ import annotations

import sysconfig
import traceback
from pathlib import Path

import pytest

from datalab_kernel.session._frames import Frames, Owner, kept_frames

P, D, S, N = Owner.PERSON, Owner.OURS, Owner.PYTHON, Owner.OTHER
SITE = Path(sysconfig.get_paths()["purelib"], "site-packages")
STANDARD = Path(sysconfig.get_paths()["stdlib"])


def raising(code: str, name: str, path: str, **names: object) -> dict[str, object]:
    space = {"__name__": name, **names}
    exec(compile(code, path, "exec"), space)
    return space


def error_of(space: dict[str, object]) -> BaseException:
    with pytest.raises(ZeroDivisionError) as caught:
        space["f"]()  # type: ignore[operator]
    return caught.value


@pytest.mark.parametrize(
    ("owners", "kept"),
    [
        ([N, P, D, D], [0, 1]),
        ([N, P, D, N, S], [0, 1]),
        ([N, P, S, D], [0, 1]),
        ([N, P, N, D], [0, 1, 2]),
        ([N, P, N, S], [0, 1, 2, 3]),
        ([N, P, D, N, P], [0, 1, 4]),
        ([N, P, D, P, N], [0, 1, 3, 4]),
        ([D, P, D], [0, 1]),
        ([N, D], [0, 1]),
        ([], []),
    ],
)
def test_what_our_code_calls_is_folded_up_to_the_persons_own(
    owners: list[Owner], kept: list[int]
) -> None:
    assert kept_frames(owners) == kept


@pytest.mark.parametrize(
    ("name", "path", "owner"),
    [
        ("datalab_kernel.workspace._files", "/any/where.py", D),
        ("datalab_kernel_live._backend", "/any/where.py", D),
        ("sigima.proc", "/any/where.py", D),
        ("guidata", "/any/where.py", D),
        ("my_module", "/home/me/my_module.py", P),
        ("sigimatic", "/home/me/sigimatic.py", P),
        ("__main__", "<string>", P),
        ("scipy.signal", str(SITE / "scipy" / "signal.py"), N),
        ("scipy.signal", "<makefun-gen-1>", N),
        ("contextlib", str(STANDARD / "contextlib.py"), S),
        ("importlib", "<frozen importlib>", S),
    ],
)
def test_a_frame_is_of_its_module_or_of_where_its_file_lies(
    name: str, path: str, owner: Owner
) -> None:
    error = error_of(raising("def f(): 1 / 0", name, path))
    assert error.__traceback__ is not None
    assert error.__traceback__.tb_next is not None
    assert Frames({}).owner(error.__traceback__.tb_next.tb_frame) is owner


def test_a_frame_of_compiled_code_is_of_where_its_module_lies() -> None:
    space = raising("def f(): 1 / 0", "pandas._libs.parsers", "pandas/_libs/parsers.pyx")
    error = error_of(space)
    assert error.__traceback__ is not None
    frame = error.__traceback__.tb_next.tb_frame  # type: ignore[union-attr]
    assert Frames({}).owner(frame) is P  # a person's own, as %%cython makes it
    frame.f_globals["__file__"] = str(SITE / "pandas/_libs/parsers.so")
    assert Frames({}).owner(frame) is N


def test_a_cell_is_the_persons_wherever_its_file_is_said_to_lie() -> None:
    space = raising("def f(): 1 / 0", "odd", str(SITE / "odd.py"))
    error = error_of(space)
    assert error.__traceback__ is not None
    assert error.__traceback__.tb_next is not None
    assert Frames(space).owner(error.__traceback__.tb_next.tb_frame) is P


def test_the_traceback_that_is_shown_is_a_copy_without_the_folded_frames() -> None:
    inner = raising("def f(): 1 / 0", "sigima.tools", "/s/tools.py")
    cell = raising("def f(): g()", "__main__", "<cell>", g=inner["f"])
    error = error_of(cell)
    split = Frames(cell).split(error.__traceback__)
    assert [entry.name for entry in traceback.extract_tb(split.shown)][-1:] == ["f"]
    assert len(traceback.extract_tb(split.shown)) == len(split.owners) - 1
    assert len(traceback.extract_tb(error.__traceback__)) == len(split.owners)
    assert (split.folded, split.packages, split.is_end_folded) == (1, ["sigima"], True)
