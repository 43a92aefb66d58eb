"""Every magic that ``%lsmagic`` lists runs, or says what it needs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from support.kernel.bare import IPYKERNEL, as_ipykernel, only_ours

if TYPE_CHECKING:
    from support.kernel.watch import Watch

LISTED = (
    "m = get_ipython().magics_manager.magics\n"
    "print(*sorted({*m['line'], *('%' + n for n in m['cell'])}))"
)
ARGUMENTS = {
    "alias": "say echo said %s",
    "alias_magic": "mytime time",
    "autoawait": "asyncio",
    "autosave": "60",
    "cat": "some.txt",
    "cd": ".",
    "colors": "linux",
    "conda": None,  # they look for a program, and may ask for its input
    "mamba": None,
    "micromamba": None,
    "uv": None,
    "bookmark": "-l",
    "config": "",
    "cp": "some.txt other.txt",
    "debug": "import os",
    "edit": "some.txt",
    "ed": "some.txt",
    "hist": "-l 1",
    "history": "-l 1",
    "killbgscripts": "",
    "less": "some.txt",
    "load": "-y some.txt",
    "load_ext": "datalab_kernel",
    "loadpy": "-y some.txt",
    "logstart": "log.txt",
    "macro": "-q some_macro 1",
    "man": "ls",
    "matplotlib": "--list",
    "mkdir": "folder",
    "more": "some.txt",
    "mv": "other.txt third.txt",
    "notebook": "some.ipynb",
    "page": "ARGUMENTS",
    "pastebin": None,  # sends text to a server
    "pdb": "off",
    "pdef": "len",
    "pdoc": "len",
    "pfile": "os",
    "pinfo": "len",
    "pinfo2": "len",
    "pip": "--version",
    "precision": "3",
    "prun": "-q len([])",
    "psearch": "le*",
    "psource": "os.path.join",
    "pushd": ".",
    "pycat": "some.txt",
    "pylab": "--no-import-all inline",
    "qtconsole": None,  # opens a window
    "recall": "",
    "rehashx": "",
    "reload_ext": "datalab_kernel",
    "rep": "",
    "rerun": "-l 1",
    "reset": "-f dhist",
    "reset_selective": "-f no_such_name",
    "rm": "third.txt",
    "rmdir": "folder",
    "run": "some.txt",
    "save": "-f saved.py 1",
    "sc": "out=echo one",
    "set_env": "SOME=1",
    "store": "",
    "sx": "echo one",
    "system": "echo one",
    "tb": "",
    "time": "1 + 1",
    "timeit": "-n 1 -r 1 1 + 1",
    "unalias": "say",
    "unload_ext": "no_such_extension",
    "xdel": "to_delete",
    "xmode": "Context",
    "%!": "echo one",
    "%bash": "echo one",
    "%capture": "print(1)",
    "%code_wrap": None,  # wraps all cells behind it
    "code_wrap": "--list",
    "%debug": "import os",
    "%file": "file.txt\\nx",
    "%HTML": "<b>b</b>",
    "%html": "<b>b</b>",
    "%SVG": "<svg/>",
    "%javascript": "1",
    "%js": "1",
    "%latex": "$x$",
    "%markdown": "# x",
    "%perl": "print 1",
    "%prun": "-q\\n1",
    "%pypy": None,  # programs that are seldom there
    "%python": None,
    "%python2": None,
    "%python3": "print(1)",
    "%ruby": None,
    "%script": "cat\\nx",
    "%sh": "echo one",
    "%svg": "<svg/>",
    "%sx": "echo one",
    "%system": "echo one",
    "%time": "1",
    "%timeit": "-n 1 -r 1\\n1",
    "%writefile": "written.txt\\nx",
}
WITH_LINES = {"%file", "%prun", "%script", "%timeit", "%writefile"}


def call(name: str, arguments: str) -> str:
    """Return a cell's text."""
    if not name.startswith("%"):
        return f"%{name} {arguments}"
    return f"%{name}{' ' if name in WITH_LINES else chr(10)}" + arguments.replace("\\n", "\n")


def names(watch: Watch) -> list[str]:
    return watch.run(LISTED).text().split()


@pytest.mark.skipif(os.environ.get("DATALAB_KERNEL_TEST_FULL") != "1", reason="in test-full")
@only_ours("ipykernel's list is what ours is compared with")
def test_every_magic_of_ipykernel_is_there(watch: Watch, running: object) -> None:
    from support.kernel.watch import Watch

    theirs = Watch(running(IPYKERNEL))  # type: ignore[operator]
    assert set(names(theirs)) - set(names(watch)) == set()


@as_ipykernel()
def test_every_magic_runs(watch: Watch) -> None:
    watch.run("import os, tempfile; os.chdir(tempfile.mkdtemp()); open('some.txt', 'w').write('1')")
    watch.run("%pushd .")
    watch.run("to_delete = ARGUMENTS = 1\ntry: 1/0\nexcept ZeroDivisionError: pass")
    failed = []
    for name in names(watch):
        arguments = ARGUMENTS.get(name, "")
        if arguments is None:
            continue
        cell = watch.run(call(name, arguments), allow_stdin=False)
        if cell.reply["content"]["status"] != "ok" or "Traceback" in cell.text("stderr"):
            failed.append(f"{name}: {cell.reply['content'].get('evalue')} {cell.text('stderr')}")
    assert not failed, "\n".join(failed)


@only_ours("bare xpython knows none of them")
@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("%less", "Say which file"),
        ("%less nowhere.txt", "can't be read"),
        ("%autosave x", "takes a number of seconds"),
        ("%edit no_such_thing_anywhere", "can't be found"),
        ("%edit some_macro", "A macro can't be edited"),
    ],
)
def test_a_magic_says_what_it_needs(watch: Watch, code: str, said: str) -> None:
    watch.run("1", store_history=True)
    watch.run("%macro -q some_macro 1")
    cell = watch.run(code, allow_stdin=False)
    assert said in cell.text("stderr") + cell.text() + str(cell.reply["content"].get("payload"))


@only_ours("bare xpython lets windows open that never answer")
def test_a_toolkit_without_event_loop_is_refused_with_the_way_out(watch: Watch) -> None:
    assert "%matplotlib inline" in watch.run("%gui qt").text("stderr")
