"""While the background import runs, others import and fork as if it didn't."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import zipfile
from functools import partial

import pytest

from datalab_kernel.session._warmup import WarmUp

INIT = "import time; time.sleep(0.4)\nfrom pack.sub import value\n"
SUB = "import time; time.sleep(0.1)\nfrom pack.deep import value\n"
DEEP = "import time; time.sleep(0.1)\nvalue = 5\n"
BEGIN = """
import sys, threading, time, os
sys.path.insert(0, {folder!r})
import datalab_kernel.session._warmup as module
module.QUIET_S = 0.0
warm = module.WarmUp({modules!r})
warm.start()
time.sleep(0.2)
"""


@pytest.fixture
def package(tmp_path):
    """A package that is slow to import, and whose parts need one another."""
    folder = tmp_path / "pack"
    folder.mkdir()
    (folder / "__init__.py").write_text(INIT)
    (folder / "sub.py").write_text(SUB)
    (folder / "deep.py").write_text(DEEP)
    (folder / "broken.py").write_text("import pack_nowhere\n")
    with zipfile.ZipFile(tmp_path / "zipped.zip", "w") as archive:
        archive.writestr("zipped.py", "from pack.sub import value\n")
    return tmp_path


@pytest.fixture
def run(package):
    """Run some code a moment after the background import of the package has begun."""

    def run(code: str, modules: tuple[str, ...] = ("pack",)) -> str:
        begin = BEGIN.format(folder=str(package), modules=modules)
        command = [sys.executable, "-W", "ignore", "-c", begin + code]  # 3.12: fork beside threads
        ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
        assert (ended.returncode, ended.stderr) == (0, "")
        return ended.stdout.strip()

    return run


@pytest.mark.parametrize(
    "code",
    [
        "from pack.sub import value; print(value)",
        "import pack.sub; print(pack.sub.value)",
        "import pack; print(pack.value)",
        "from importlib import import_module; print(import_module('pack.deep').value)",
        "print(__import__('pack.sub').sub.value)",
        "import pickle; print(pickle.loads(b'cpack.sub\\nvalue\\n.'))",
        "import pack.deep, importlib; print(importlib.reload(pack.deep).value)",
        "sys.path.insert(0, sys.path[0] + '/zipped.zip'); import zipped; print(zipped.value)",
        "t = threading.Thread(target=exec, args=('import pack; print(pack.value)',)); t.start()",
    ],
)
def test_what_is_imported_meanwhile_is_whole(run, code):
    assert run(code) == "5"


def test_nothing_is_in_front_of_pythons_functions_when_it_has_ended(run):
    code = (
        "assert warm.join(30); import importlib._bootstrap as b\n"
        "print({f.__code__.co_qualname for f in (b._find_and_load, b._lock_unlock_module)})\n"
        "print(type(os.fork) is type(os.getpid) is type(os.register_at_fork) is type(os.forkpty))"
    )
    assert run(code).splitlines()[-1] == "True"
    assert "ImportGate" not in run(code)


def test_the_traceback_of_a_failed_import_is_as_ever(run):
    code = (
        "import traceback\n"
        "try:\n    import pack.broken\n"
        "except ImportError as error:\n"
        "    print(*[f.name for f in traceback.extract_tb(error.__traceback__)])"
    )
    assert run(code) == "<module> <module>"


def test_a_thread_that_imported_before_is_waited_for(package):
    code = BEGIN.format(folder=str(package), modules=("pack.sub",)).replace(
        "warm.start()",
        "other = threading.Thread(target=__import__, args=('pack.sub',))\n"
        "other.start(); time.sleep(0.1); warm.start()",
    )
    code += (
        "print(warm._imports.is_in_step); other.join(); warm.join(); import pack; print(pack.value)"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).split() == [
        "False",
        "5",
    ]


def test_threads_that_import_dont_wait_for_one_another(run, package):
    (package / "starts.py").write_text(
        "import threading\n"
        "t = threading.Thread(target=lambda: __import__('pack.deep')); t.start(); t.join()\n"
    )
    assert run("import starts; print('both')") == "both"


def test_who_holds_what_the_background_import_waits_for_isnt_kept_waiting(run, package):
    (package / "wants.py").write_text("import builtins\nwith builtins.lock: pass\n")
    code = (
        "import builtins, datalab_kernel.session._import_gate as gate; gate.STALLED_S = 0.2\n"
        "builtins.lock = threading.Lock()\n"
        "with builtins.lock:\n"
        "    w = module.WarmUp(('wants',)); w.start(); time.sleep(0.3); import colorsys\n"
        "print(w.join(20) and 'on')"
    )
    assert run(code, ("json",)) == "on"


def test_a_strange_import_system_prevents_the_background_import_with_a_warning(monkeypatch, caplog):
    bootstrap = vars(importlib)["_bootstrap"]
    theirs = bootstrap._find_and_load
    monkeypatch.setattr(bootstrap, "_find_and_load", partial(theirs))
    warm = WarmUp(("no_such_module",))
    warm.start()
    assert warm.join(20)
    assert "ShapeError: importlib._bootstrap._find_and_load" in caplog.text


@pytest.mark.skipif(not hasattr(os, "fork"), reason="POSIX")
@pytest.mark.parametrize("fork", ["os.fork()", "os.forkpty()[0]"])
def test_a_child_that_is_forked_meanwhile_imports_the_same(run, fork):
    code = (
        f"child = {fork}\n"
        "if child == 0:\n"
        "    import pack.sub, gc\n"
        "    is_whole = pack.value == 5 and gc.isenabled() and warm.join(0)\n"
        "    os._exit(3 if is_whole and type(os.fork) is type(os.getpid) else 4)\n"
        "print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))"
    )
    assert run(code) == "3"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="POSIX")
def test_what_is_registered_for_forks_meanwhile_is_called_in_pairs(run, package):
    (package / "hooks.py").write_text(
        "import os, time\n"
        "for n in range(100):\n"
        "    calls = []\n"
        "    time.sleep(0.005)\n"
        "    os.register_at_fork(before=lambda c=calls: c.append(1), after_in_parent=calls.pop)\n"
    )
    code = (
        "os.register_at_fork(before=lambda: time.sleep(0.02))\n"
        "for _ in range(20):\n"
        "    pid = os.forkpty()[0]\n"
        "    if pid == 0: os._exit(0)\n"
        "    os.waitpid(pid, 0)\n"
        "print(warm.join(20) and 'hooks' in sys.modules)"
    )
    assert run(code, ("hooks",)) == "True"
