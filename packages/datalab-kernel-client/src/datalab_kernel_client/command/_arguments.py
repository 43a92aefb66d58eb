"""The command line of `datalab-kernel`: its subcommands, their options, and their help."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["make_parser", "one_word_parameters"]

_TWO_WORDS = {
    "-p": "-p",
    "--parameters": "-p",
    "-r": "-r",
    "--parameters-raw": "-r",
    "--parameters_raw": "-r",
}
_EXITS = """\
exit status of run:
  0  all cells ran                 4  the kernel died or couldn't start
  1  a cell failed                 5  a time-out
  2  wrong usage or notebook       6  output was lost on the way
  3  no server, or a wrong token   130  Ctrl-C: once interrupts and saves, twice leaves
"""


def one_word_parameters(words: Sequence[str]) -> list[str]:
    """Return a command line in which `-p NAME VALUE`, as papermill has it, is `-pNAME=VALUE`.

    Examples
    --------
    >>> one_word_parameters(["run", "-p", "n", "-3", "-p", "gain=2", "a.ipynb"])
    ['run', '-pn=-3', '-pgain=2', 'a.ipynb']
    """
    return list(_joined(words))


def _joined(words: Sequence[str]) -> Iterator[str]:
    rest = iter(words)
    for word in rest:
        if word == "--":
            yield word
            yield from rest
            return
        option = _TWO_WORDS.get(word)
        name = next(rest, None) if option else None
        if option is None or name is None:
            yield word
        elif "=" in name:
            yield f"{option}{name}"
        else:
            value = next(rest, None)
            yield f"{option}{name}" if value is None else f"{option}{name}={value}"


def make_parser() -> argparse.ArgumentParser:
    """Return the parser; what it parses has `command`, None without one."""
    parser = argparse.ArgumentParser(
        prog="datalab-kernel",
        description="Notebooks that run unattended, here or on a Jupyter server, and its kernels.",
    )
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    _add_run(commands)
    ps = commands.add_parser("ps", help="what runs on a server, without disturbing it")
    _add_server(ps)
    ps.add_argument("--all", action="store_true", help="on every server of this computer")
    ps.add_argument("--memory", action="store_true", help="also how much memory kernels take")
    ps.add_argument("--json", action="store_true", help="as JSON")
    attach = commands.add_parser(
        "attach", help="see what a running kernel shows, or run code in it"
    )
    _add_target(attach)
    what = attach.add_mutually_exclusive_group()
    what.add_argument("--follow", action="store_true", help="until Ctrl-C (the default)")
    what.add_argument("-c", dest="code", metavar="CODE", help="run code and print what it shows")
    attach.add_argument("--json", action="store_true", help="as JSON, one line a message")
    interrupt = commands.add_parser("interrupt", help="interrupt what a kernel runs")
    _add_target(interrupt)
    stop = commands.add_parser("stop", help="shut a kernel and its session down")
    _add_target(stop, nargs="?")
    stop.add_argument("--all", action="store_true", help="every kernel of the server")
    stop.add_argument(
        "--force", action="store_true", help="also if other sessions share the kernel"
    )
    stop.add_argument("-y", dest="yes", action="store_true", help="don't ask")
    return parser


def _add_server(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("server")
    group.add_argument("--server", metavar="URL", help="without it: the one that runs here")
    group.add_argument("--token-file", type=Path, metavar="F", help="file that holds its token")


def _add_target(parser: argparse.ArgumentParser, nargs: str | None = None) -> None:
    parser.add_argument(
        "target", nargs=nargs, metavar="PATH|KERNEL_ID", help="as `datalab-kernel ps` shows it"
    )
    _add_server(parser)


def _add_run(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    run = commands.add_parser(
        "run",
        help="run notebooks and save what they show",
        description="Run notebooks cell by cell and save what they show, as it comes.",
        epilog=_EXITS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    run.add_argument("notebooks", nargs="+", type=Path, metavar="NOTEBOOK")
    run.add_argument(
        "-o", dest="output", type=Path, metavar="OUT", help="default: NOTEBOOK.out.ipynb"
    )
    _add_parameters(run)
    _add_place(run)
    how = run.add_argument_group("how")
    how.add_argument("--timeout", type=_seconds, metavar="S", help="for a whole notebook")
    how.add_argument("--cell-timeout", type=_seconds, metavar="S", help="for each cell")
    how.add_argument("--allow-errors", action="store_true", help="go on behind a failing cell")
    how.add_argument(
        "--tag-skip", action="append", default=[], metavar="TAG", help="don't run cells with it"
    )
    how.add_argument("--save-every", type=_seconds, default=30.0, metavar="S", help="in long cells")
    how.add_argument("--jobs", type=_count, default=1, metavar="N", help="notebooks at a time")
    how.add_argument("--resume", action="store_true", help="go on with a run that lost its runner")
    how.add_argument("--keep-kernel", action="store_true", help="leave the kernel running")
    shown = run.add_argument_group("what is shown")
    shown.add_argument("--html", type=Path, metavar="FILE", help="also as a web page")
    shown.add_argument("--log-output", action="store_true", help="print what the cells print")
    shown.add_argument("--json", action="store_true", help="JSON, one line an event")
    shown.add_argument("-q", dest="quiet", action="store_true", help="errors only")


def _add_parameters(run: argparse.ArgumentParser) -> None:
    group = run.add_argument_group("parameters, as papermill has them")
    group.add_argument(
        *("-p", "--parameters"),
        dest="values",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a scalar of YAML, or JSON",
    )
    group.add_argument(
        *("-r", "--parameters-raw"),
        dest="texts",
        action="append",
        default=[],
        metavar="NAME=TEXT",
        help="a text as it is",
    )
    group.add_argument(
        *("-f", "--parameters-file"),
        dest="files",
        action="append",
        type=Path,
        default=[],
        metavar="FILE",
        help="a YAML or JSON file",
    )
    group.add_argument(
        *("-y", "--parameters-yaml"),
        dest="documents",
        action="append",
        default=[],
        metavar="YAML",
        help="a YAML text",
    )
    group.add_argument(
        "--help-notebook", action="store_true", help="print which ones a notebook has"
    )


def _add_place(run: argparse.ArgumentParser) -> None:
    group = run.add_argument_group("where")
    group.add_argument("--kernel", default="", metavar="NAME", help="default: the notebook's")
    group.add_argument("--cwd", type=Path, metavar="DIR", help="default: the notebook's folder")
    group.add_argument("--server", metavar="URL", help="run it there, in a session of its own")
    group.add_argument("--token-file", type=Path, metavar="F", help="file that holds its token")
    group.add_argument("--path", default="", metavar="REMOTE", help="the session's, on the server")


def _seconds(text: str) -> float:
    seconds = float(text)
    if not seconds > 0:
        raise argparse.ArgumentTypeError(f"{text} isn't a time in seconds above 0")
    return seconds


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError(f"{text} isn't a number from 1 on")
    return count


_seconds.__name__, _count.__name__ = "time in seconds", "number"  # as argparse's errors say them
