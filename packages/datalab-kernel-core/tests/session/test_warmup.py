"""Warming up in the background: complete, considerate, and never in anybody's way."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

from datalab_kernel.session import _namespace
from datalab_kernel.session._font_list import has_font_list
from datalab_kernel.session._warmup import WarmUp, is_wanted

PACKAGE = 12
HAMMER = """
import sys, threading, random
from datalab_kernel.session._warmup import WarmUp
sys.path.insert(0, {folder!r})
names = [f"slow.part{{n}}" for n in range({parts})]
warm = WarmUp(["slow"])
warm.start()
random.seed({seed})
def imports():
    for name in random.sample(names, len(names)):
        __import__(name)
threads = [threading.Thread(target=imports, daemon=True) for _ in range(3)]
for thread in threads: thread.start()
imports()
while any(thread.is_alive() for thread in threads):
    sum(range(1000))  # the main thread is busy all the while
assert warm.join(30)
print(len([name for name in names if name in sys.modules]))
"""


@pytest.fixture
def slow_package(tmp_path):
    """A package whose parts import each other in a chain, and take their time."""
    folder = tmp_path / "slow"
    folder.mkdir()
    (folder / "__init__.py").write_text("from slow import part0\n")
    for part in range(PACKAGE):
        rest = f"from slow import part{part + 1}\n" if part + 1 < PACKAGE else ""
        (folder / f"part{part}.py").write_text(f"{rest}value = sum(range(20000))\n")
    return tmp_path


@pytest.mark.skipif(
    sys.version_info >= (3, 14),
    reason="Python 3.14 raises its own _DeadlockError in half of all runs, without a warm-up too",
)
@pytest.mark.parametrize("seed", range(5))
def test_importing_the_same_modules_meanwhile_never_deadlocks(slow_package, seed):
    code = HAMMER.format(folder=str(slow_package), parts=PACKAGE, seed=seed)
    ended = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=60
    )
    assert (ended.returncode, ended.stdout.strip()) == (0, str(PACKAGE)), ended.stderr


def run(code: str) -> str:
    command = [sys.executable, "-c", code]
    return subprocess.check_output(command, text=True, timeout=60).strip()


def test_it_imports_everything_while_nothing_else_happens_and_leaves_the_collector_as_it_was():
    code = (
        "import gc, sys; gc.set_threshold(600, 7, 8); before = [*gc.callbacks]\n"
        "from datalab_kernel.session._warmup import WarmUp; w = WarmUp(); w.start(); w.join(60)\n"
        "print('sigima' in sys.modules, 'numpy' in sys.modules)\n"
        "print(gc.isenabled(), gc.get_threshold(), gc.callbacks == before)"
    )
    assert run(code).splitlines() == ["True True", "True (600, 7, 8) True"]


FOR_PICTURES = """
import sys
from datalab_kernel.session._warmup import PICTURES, WarmUp
warm = WarmUp(["numpy"], for_pictures=PICTURES)
warm.start()
assert warm.join(120)
print("matplotlib" in sys.modules, "datalab_kernel.plot._matplotlib.renderer" in sys.modules)
"""


def test_what_draws_comes_after_it_where_matplotlib_knows_its_fonts(monkeypatch, tmp_path):
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path))
    assert run(FOR_PICTURES) == "False False"
    assert not [*tmp_path.iterdir()]
    run("import matplotlib.font_manager")
    assert run(FOR_PICTURES) == "True True"


def test_a_folder_of_matplotlibs_that_cant_be_written_is_left_alone(monkeypatch, tmp_path):
    monkeypatch.setattr("os.access", lambda *_: False)
    (tmp_path / "fontlist-v390.json").write_text("{}")
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path))
    assert not has_font_list()


def test_it_stands_still_while_a_cell_computes():
    code = (
        "import sys, time; from datalab_kernel.session._warmup import WarmUp; w = WarmUp(); w.start()\n"
        "end = time.monotonic() + 1\n"
        "while time.monotonic() < end: pass\n"
        "print(len([m for m in sys.modules if m.startswith('numpy')]) < 20)"
    )
    assert run(code) == "True"


def test_while_it_stands_still_others_import_what_they_like():
    code = (
        "import sys, time, datalab_kernel.session._warmup as module\n"
        "module.LONGEST_STOP_S = module.QUIET_S = 20\n"
        "w = module.WarmUp(['numpy']); w.start(); time.sleep(0.2)\n"
        "began = time.monotonic(); import wave, colorsys, fractions\n"
        "print(time.monotonic() - began < 10)\n"
        "with w.hurry(): w.join()"
    )
    assert run(code) == "True"


def test_hurrying_ends_the_stops():
    code = (
        "import sys, datalab_kernel.session._warmup as module\n"
        "module.LONGEST_STOP_S = module.QUIET_S = 100\n"
        "w = module.WarmUp(['numpy']); w.start()\n"
        "with w.hurry():\n"
        "    while not w.join(0): sum(range(1000))\n"
        "print('numpy' in sys.modules)"
    )
    assert run(code) == "True"


def test_the_switch_interval_is_as_before_when_it_has_ended():
    code = (
        "import sys; sys.setswitchinterval(0.004); from datalab_kernel.session._warmup import WarmUp\n"
        "w = WarmUp(['json.tool']); w.start(); w.join(30); print(round(sys.getswitchinterval(), 4))"
    )
    assert run(code) == "0.004"


def test_a_cell_that_begins_has_the_interpreter_to_itself(slow_package):
    code = (
        f"import sys, time; sys.path.insert(0, {str(slow_package)!r}); sys.setswitchinterval(0.004)\n"
        "from datalab_kernel.session._warmup import WarmUp\n"
        "w = WarmUp(['slow']); w.start()\n"
        "while sys.getswitchinterval() > 0.001: time.sleep(0.001)\n"
        "print(w.make_way(), round(sys.getswitchinterval(), 4), w.join(30), w.make_way())"
    )
    assert run(code) == "True 0.004 True False"


def test_the_process_ends_at_once_in_the_middle_of_it():
    began = time.monotonic()
    run("from datalab_kernel.session._warmup import WarmUp; w = WarmUp(); w.start()")
    assert time.monotonic() - began < 5


def test_a_module_that_cant_be_imported_harms_nothing(caplog):
    warm = WarmUp(["no_such_module_anywhere"])
    warm.start()
    assert warm.join(10)
    assert "no_such_module_anywhere" in caplog.text


@pytest.mark.parametrize(
    ("value", "wanted"), [("off", False), ("OFF", False), ("", True), ("on", True)]
)
def test_the_environment_prevents_it(monkeypatch, value, wanted):
    monkeypatch.setenv("DATALAB_KERNEL_WARMUP", value)
    assert is_wanted() is wanted


def test_no_thread_is_started_in_the_browser(monkeypatch):
    def refuse(_):
        raise AssertionError("a thread was started")

    monkeypatch.delenv("DATALAB_KERNEL_WARMUP", raising=False)
    assert is_wanted()
    monkeypatch.setattr(sys, "platform", "emscripten")
    monkeypatch.setattr(threading.Thread, "start", refuse)
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    assert not is_wanted()
    assert _namespace._import_uninterrupted("colorsys").rgb_to_hsv
