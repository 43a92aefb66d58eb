"""Where the command `datalab-kernel` begins."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

from datalab_kernel_client.command._arguments import make_parser, one_word_parameters

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

__all__ = ["main"]


def main(words: Sequence[str] | None = None) -> int:
    """Do what a command line says, and return the exit status.

    Examples
    --------
    >>> main(["ps", "--help"])
    Traceback (most recent call last):
    ...
    SystemExit: 0
    """
    parser = make_parser()
    arguments = parser.parse_args(one_word_parameters(sys.argv[1:] if words is None else words))
    if arguments.version:
        import datalab_kernel_client

        sys.stdout.write(f"datalab-kernel-client {datalab_kernel_client.__version__}\n")
        return 0
    if arguments.command is None:
        parser.print_help()
        return 0
    return _do(arguments)


def _do(arguments: argparse.Namespace) -> int:
    from datalab_kernel_client.command._failures import exit_status_of, explain
    from datalab_kernel_client.errors import ClientError
    from datalab_kernel_client.runs._record import ExitStatus

    home = "_stop" if arguments.command == "interrupt" else f"_{arguments.command}"
    try:
        module = import_module(f"{__package__}.{home}")
        return int(getattr(module, arguments.command)(arguments))
    except ClientError as error:
        explain(error)
        return exit_status_of(error)
    except KeyboardInterrupt:
        return ExitStatus.INTERRUPTED
