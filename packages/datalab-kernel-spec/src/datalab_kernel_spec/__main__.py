"""``python -m datalab_kernel_spec install|uninstall|list``: the kernelspec in other places.

Installing the package already makes "DataLab" appear in the Jupyter of the same
environment. This is for every other Jupyter: the user's, or one in another prefix.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
from importlib.metadata import entry_points
from pathlib import Path

from jupyter_core.paths import jupyter_data_dir, jupyter_path

from datalab_kernel.errors import DataLabKernelError
from datalab_kernel_spec._kernelspec import (
    DEFAULT_NAME,
    MODE_VARIABLE,
    InstalledSpec,
    install,
    installed,
    uninstall,
)

__all__ = ["main"]

BACKENDS = "datalab_kernel.backends"
MODES = ("auto", "standalone", "live")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def main(argv: list[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    argv
        The arguments; None: the command line's.

    Returns
    -------
    int
        0: done; 1: refused or failed, with the reason on stderr; 2: wrong usage.
    """
    options = _parser().parse_args(argv)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a path may have what a terminal can't show
            stream.reconfigure(errors="backslashreplace")
    try:
        return _ACTIONS[options.action](options)
    except (DataLabKernelError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _install(options: argparse.Namespace) -> int:
    folder = install(
        _kernels(options) or _user_kernels(),
        name=options.name,
        display_name=options.display_name,
        mode=options.mode,
        env=dict(options.env),
    )
    _say(f"Installed the DataLab kernel in {folder}")
    return 0


def _uninstall(options: argparse.Namespace) -> int:
    folder = uninstall(_kernels(options) or _user_kernels(), name=options.name)
    _say(f"Removed the DataLab kernel from {folder}")
    return 0


def _list(options: argparse.Namespace) -> int:
    chosen = _kernels(options)
    places = [chosen] if chosen else [Path(place) for place in jupyter_path("kernels")]
    specs = installed(dict.fromkeys(places))
    for spec in specs:
        _say(_described(spec))
    if not specs:
        _say("No DataLab kernel in " + ", ".join(str(place) for place in places))
    return 0


def _described(spec: InstalledSpec) -> str:
    origin = "package" if spec.is_packaged else "install"
    starts = spec.python if Path(spec.python).is_absolute() else "the Python that runs Jupyter"
    gone = "" if spec.has_python else " (MISSING: it isn't there any more; install again)"
    lines = [
        f"{spec.name}  {spec.display_name}  mode {spec.mode}  by {origin}",
        f"    {spec.path}",
        f"    starts {starts}{gone}",
    ]
    if spec.variables:
        lines.append(f"    sets {', '.join(spec.variables)}")
    return "\n".join(lines)


_ACTIONS = {"install": _install, "uninstall": _uninstall, "list": _list}


def _kernels(options: argparse.Namespace) -> Path | None:
    """Return the folder of kernelspecs that was asked for, if one was."""
    if options.user:
        return _user_kernels()
    prefix = sys.prefix if options.sys_prefix else options.prefix
    return Path(prefix).expanduser().absolute() / "share/jupyter/kernels" if prefix else None


def _user_kernels() -> Path:
    return Path(jupyter_data_dir()) / "kernels"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _mode(text: str) -> str:
    known = [*MODES, *entry_points(group=BACKENDS).names]
    if text not in known:
        message = f"{text!r} is not a mode (known: {', '.join(dict.fromkeys(known))})"
        raise argparse.ArgumentTypeError(message)
    return text


def _assignment(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not _VARIABLE.fullmatch(name):
        message = f"{text!r} is not of the form NAME=VALUE"
        raise argparse.ArgumentTypeError(message)
    if name == MODE_VARIABLE:
        message = f"{name} is what --mode sets: give --mode {value or 'M'}"
        raise argparse.ArgumentTypeError(message)
    return name, value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m datalab_kernel_spec",
        description="Make the DataLab kernel of this environment known to a Jupyter elsewhere.",
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="install|uninstall|list")
    texts = {
        "install": "write a kernelspec (by default for the user)",
        "uninstall": "remove one that install wrote (by default the user's)",
        "list": "show the DataLab kernels that Jupyter finds here",
    }
    for action, text in texts.items():
        sub = actions.add_parser(action, help=text, description=text)
        place = sub.add_mutually_exclusive_group()
        place.add_argument("--user", action="store_true", help="the user's own Jupyter folder")
        place.add_argument("--sys-prefix", action="store_true", help=f"this prefix: {sys.prefix}")
        place.add_argument("--prefix", metavar="P", help="another prefix")
        if action != "list":
            sub.add_argument("--name", default=DEFAULT_NAME, help="default: %(default)s")
        if action == "install":
            sub.add_argument("--display-name", metavar="D", help="what front ends show")
            sub.add_argument("--mode", type=_mode, help=f"{', '.join(MODES)}, or a backend")
            sub.add_argument(
                "--env",
                metavar="K=V",
                type=_assignment,
                action="append",
                default=[],
                help="an environment variable for the kernel; can be given several times. Everybody "
                "can read a kernelspec: no passwords",
            )
    return parser


if __name__ == "__main__":
    sys.exit(main())
