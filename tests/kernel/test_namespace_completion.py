"""Tab and Shift+Tab on the names that a session starts with, in our kernel and in ipykernel."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.kernel.driver import Kernel

HEAVY = "sorted({'numpy', 'sigima', 'scipy', 'pandas', 'matplotlib', 'h5py'} & {*sys.modules})"


@pytest.fixture(scope="module")
def ipykernel(started_once: Callable[..., Any]) -> Iterator[Kernel]:
    """Give ipykernel with the extension."""
    with started_once("python3", DATALAB_KERNEL_MODE="standalone") as kernel:
        kernel.value("%load_ext datalab_kernel")
        yield kernel


def replied(kernel: Kernel, code: str) -> dict[str, Any]:
    return kernel._reply(kernel.client.complete(code, len(code)))


def completed(kernel: Kernel, code: str) -> list[str]:
    """Return the lines that choosing a completion makes."""
    reply = replied(kernel, code)
    before, after = code[: reply["cursor_start"]], code[reply["cursor_end"] :]
    return [before + match + after for match in reply["matches"]]


def types(kernel: Kernel, code: str) -> dict[str, str]:
    """Return the types; IPython gives up on them after 0.4 s, so a busy machine is asked again."""
    for _ in range(10):
        found = replied(kernel, code)["metadata"]["_jupyter_types_experimental"]
        if all(one["type"] != "<unknown>" for one in found):
            break
    return {one["text"]: one["type"] for one in found}


def inspected(kernel: Kernel, code: str) -> str:
    return re.sub(r"\x1b\[[\d;]*m", "", kernel.inspect(code))


def test_tab_reaches_through_names_that_no_cell_has_used(quiet: Kernel) -> None:
    assert "np.linspace" in completed(quiet, "np.lin")
    assert "sigima.proc" in completed(quiet, "sigima.pro")
    assert "sigima.proc.signal" in completed(quiet, "sigima.proc.si")
    assert "sigima.proc.signal.moving_average" in completed(quiet, "sigima.proc.signal.mov")
    assert "plotter.plot" in completed(quiet, "plotter.pl")
    assert "SignalObj.xydata" in completed(quiet, "SignalObj.xy")


def test_tab_on_what_is_not_ours_imports_nothing(quiet: Kernel) -> None:
    quiet.value("import sys; mine = []")
    assert "mine.append" in completed(quiet, "mine.ap")
    assert completed(quiet, "mine.np.lin") == []
    assert quiet.value(HEAVY) == "[]"


def test_tab_leaves_a_reassigned_name_to_the_user(quiet: Kernel) -> None:
    quiet.value("sigima = 'mine'; import sys")
    assert completed(quiet, "sigima.pro") == []
    assert "sigima.upper" in completed(quiet, "sigima.up")
    assert quiet.value(HEAVY) == "[]"


def test_tab_completes_keys_of_the_workspace_and_their_attributes(kernel: Kernel) -> None:
    kernel.value("workspace['a b'] = create_signal('', np.arange(3.0), np.arange(3.0))")
    kernel.value("workspace['été'] = create_signal('', np.arange(3.0), np.arange(3.0))")
    assert completed(kernel, "workspace['") == ["workspace['a b", "workspace['été"]
    assert completed(kernel, 'workspace["é') == ['workspace["été']
    assert "workspace['a b'].xunit" in completed(kernel, "workspace['a b'].xun")


def test_completions_carry_their_types_in_ipykernel(ipykernel: Kernel) -> None:
    assert types(ipykernel, "np.lin") == {"linalg": "module", "linspace": "function"}
    assert types(ipykernel, "sigima.pro") == {"proc": "module"}
    assert types(ipykernel, "sigima.proc.signal.moving_a") == {"moving_average": "function"}
    ipykernel.value("workspace['ramp'] = create_signal('', np.arange(3.0), np.arange(3.0))")
    assert types(ipykernel, "workspace['") == {"ramp": "dict key"}
    assert types(ipykernel, "%datalab st") == {"status": "magic"}


def test_tab_completes_the_magics_commands_and_nothing_else(quiet: Kernel) -> None:
    assert completed(quiet, "%datalab st") == ["%datalab status"]
    assert {"%datalab connect", "%datalab help"} <= {*completed(quiet, "%datalab ")}
    assert all(line.startswith("%datalab ") for line in completed(quiet, "%datalab "))
    assert "%datalab" in completed(quiet, "%datal")
    assert quiet.value(f"import sys; {HEAVY}") == "[]"


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("np", ["Type:        module", "Fast mathematical operations over arrays"]),
        ("np.linspace(", ["Signature:", "start,", "num=50", "evenly spaced numbers"]),
        ("sigima.proc.signal.moving_average", ["Signature:", "MovingAverageParam"]),
        ("create_signal(", ["Signature:", "title: 'str'", "Create a signal", "function"]),
        ("SignalObj", ["Init signature:", "Signal object", "sigima/objects/signal"]),
        ("workspace", ["Workspace(standalone, empty)", "Named signals and images"]),
        ("plotter.plot", ["Signature:", "what: 'Any'", "Draw signals over each other"]),
    ],
)
def test_shift_tab_shows_the_real_object_before_any_cell_has_run(
    untouched: Kernel, code: str, shown: list[str]
) -> None:
    text = inspected(untouched, code)
    assert [part for part in shown if part not in text] == []
    assert "Lazy" not in text


def test_shift_tab_shows_the_real_object_in_ipykernel(ipykernel: Kernel) -> None:
    assert "MovingAverageParam" in inspected(ipykernel, "sigima.proc.signal.moving_average(")
    assert "Draw signals over each other" in inspected(ipykernel, "plotter.plot")
    assert "Lazy" not in inspected(ipykernel, "ImageObj")


def test_a_question_mark_shows_the_real_object(quiet: Kernel) -> None:
    shown = quiet._reply(quiet.client.execute("create_image?"))
    text = re.sub(r"\x1b\[[\d;]*m", "", shown["payload"][0]["data"]["text/plain"])
    assert "data: 'Any'" in text
    assert "Lazy" not in text
