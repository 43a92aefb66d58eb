"""The line magic ``%datalab``: what a notebook says to its workspace without Python."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from datalab_kernel.errors import DataLabKernelError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from datalab_kernel.session._namespace import Namespace

__all__ = ["COMMANDS", "CommandError", "UnknownCommandError", "datalab_magic"]

_FORCE = "--force"
_OFF = "off"


class CommandError(DataLabKernelError, RuntimeError):
    """Something that ``%datalab`` was asked and couldn't do (``command``, ``reason``).

    A notebook shows its message alone. The lines of a traceback would say nothing more,
    and one of them would repeat the token of ``%datalab connect``.
    """

    def _render_traceback_(self) -> list[str]:
        """Show the message without a traceback (IPython's own hook)."""
        reason = self.facts.get("reason", type(self).__name__)
        return [f"{reason}: {self}"]


class UnknownCommandError(CommandError, ValueError):
    """Something that ``%datalab`` doesn't know (``command``, ``suggestions``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Command:
    usage: str
    summary: str
    run: Callable[[Any, Sequence[str]], Any]

    @property
    def longest(self) -> int:
        """How many words may follow the command."""
        return len(self.usage.split())


def datalab_magic(namespace: Namespace) -> Callable[[str], Any]:
    """Return the magic's function for the workspace of a namespace."""

    def datalab(line: str) -> Any:
        name, *words = _words(line) or ["help"]
        command = COMMANDS.get(name)
        if command is None:
            raise _unknown(name)
        if len(words) > command.longest:
            usage = f"%datalab {name} {command.usage}".rstrip()
            message = f"%datalab {name} was given {len(words)} words. It takes: {usage}"
            raise CommandError(message, command=name)
        workspace = None if name == "help" else namespace.workspace()
        try:
            return command.run(workspace, words)
        except (DataLabKernelError, OSError) as error:
            message = _without(words[1:] if name == "connect" else (), str(error))
            raise CommandError(message, command=name, reason=type(error).__name__) from None

    datalab.__doc__ = f"Ask the workspace of this notebook.\n\n{_help_text()}"
    return datalab


def _words(line: str) -> list[str]:
    """Split a line at blanks, except between quotation marks; a backslash is a backslash."""
    import shlex

    lexer = shlex.shlex(line, posix=True)
    lexer.whitespace_split = True
    lexer.commenters = lexer.escape = ""
    try:
        return [*lexer]
    except ValueError:
        message = "%datalab: a quotation mark isn't closed. Add it, or take the other away."
        raise CommandError(message, command=line.split(maxsplit=1)[0]) from None


def _help(_workspace: Any, _words: Sequence[str]) -> None:
    print(_help_text())  # noqa: T201 - this is what the person asked for


def _status(workspace: Any, _words: Sequence[str]) -> Any:
    from datalab_kernel.workspace._autosave_marker import take_notice

    if notice := take_notice():
        print(notice)  # noqa: T201 - above the status that the person asked for
    return workspace.status()


def _mode(workspace: Any, _words: Sequence[str]) -> str:
    return str(workspace.mode)


def _connect(workspace: Any, words: Sequence[str]) -> Any:
    workspace.connect(*words)
    return workspace.status()


def _detach(workspace: Any, words: Sequence[str]) -> Any:
    if words not in ([], [_FORCE]):
        message = f"%datalab detach doesn't know {words[0]!r}. It takes: {_FORCE}, or nothing."
        raise CommandError(message, command="detach")
    workspace.detach(force=bool(words))
    return workspace.status()


def _autosave(workspace: Any, words: Sequence[str]) -> Any:
    if not words:
        return workspace.status()
    path, *rest = words
    if path == _OFF:
        return workspace.autosave(None)
    if not rest:
        return workspace.autosave(path)
    try:
        every_s = float(rest[0])
    except ValueError:
        message = (
            f"%datalab autosave {path} {rest[0]}: {rest[0]!r} is no number of seconds. "
            "Give one such as 60; a path with blanks goes between quotation marks."
        )
        raise CommandError(message, command="autosave") from None
    return workspace.autosave(path, every_s)


def _functions(workspace: Any, words: Sequence[str]) -> Any:
    list_functions = getattr(workspace, "functions", None)
    if list_functions is None:
        message = (
            "%datalab functions needs a workspace that computes, and this version's doesn't: "
            "update datalab-kernel-core."
        )
        raise CommandError(message, command="functions")
    return list_functions(*words)


COMMANDS = {
    "status": _Command(
        usage="", summary="what the workspace is, where, and what it holds", run=_status
    ),
    "mode": _Command(usage="", summary="standalone or live", run=_mode),
    "connect": _Command(
        usage="[url] [token]", summary="move to a running DataLab, with all objects", run=_connect
    ),
    "detach": _Command(
        usage=f"[{_FORCE}]", summary="copy everything back and go on standalone", run=_detach
    ),
    "functions": _Command(usage="[pattern]", summary="what workspace.calc can do", run=_functions),
    "autosave": _Command(
        usage="[path|off] [seconds]",
        summary="save by itself when something has changed",
        run=_autosave,
    ),
    "help": _Command(usage="", summary="this text", run=_help),
}


def _help_text() -> str:
    usages = {f"{name} {command.usage}".strip(): command for name, command in COMMANDS.items()}
    width = max(map(len, usages))
    lines = [f"%datalab {usage:<{width}}   {cmd.summary}" for usage, cmd in usages.items()]
    return "\n".join(lines)


def _unknown(name: str) -> UnknownCommandError:
    import difflib

    suggestions = difflib.get_close_matches(name.lower(), COMMANDS, n=1, cutoff=0.5)
    meant = f" Did you mean %datalab {suggestions[0]}?" if suggestions else ""
    message = f"%datalab {name} is not known.{meant} It knows: {', '.join(COMMANDS)}."
    return UnknownCommandError(message, command=name, suggestions=suggestions)


def _without(secrets: Sequence[str], text: str) -> str:
    for secret in secrets:
        text = text.replace(secret, "(the token)")
    return text
