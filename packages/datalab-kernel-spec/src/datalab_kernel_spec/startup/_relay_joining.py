"""Join a shell to the relay: comms, streams and displays that reach the right cell."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING, Any

from datalab_kernel_spec.cells._errors import ErrorsAtOnce
from datalab_kernel_spec.children._forked import mind_forks
from datalab_kernel_spec.children._order import Order
from datalab_kernel_spec.messages._flow import Flow, count_displays
from datalab_kernel_spec.messages._flushing import flush_streams
from datalab_kernel_spec.messages._parents import Parents, foreign_parent
from datalab_kernel_spec.messages._tunnel import Tunnel
from datalab_kernel_spec.protocol._lines import ABORTS_ITSELF, PYTHON
from datalab_kernel_spec.protocol._words import KEEP_GOING
from datalab_kernel_spec.shell._completions import send_types_of_completions
from datalab_kernel_spec.shell._history_requests import history_of
from datalab_kernel_spec.shell._leading_lines import keep_leading_lines_while_debugged
from datalab_kernel_spec.shell._prompt_numbers import PromptNumbers
from datalab_kernel_spec.shell._questions import Questions

if TYPE_CHECKING:
    from datalab_kernel_spec.cells._runner import CellRunner
    from datalab_kernel_spec.protocol._lines import Lines
    from datalab_kernel_spec.stops._stops import Stops

__all__ = ["join_relay", "join_relay_without_comms"]


def join_relay(shell: Any, runner: CellRunner, lines: Lines) -> None:
    """Connect a shell that was just made, where cells run on an event loop."""
    parents = _parents_of(shell, lines)
    order = Order(lines)
    flow = Flow(lines.credit, order.before_message)
    tunnel = Tunnel(_xpython_comm(), lines, flow)
    tunnel.before_first(lambda: _install_comms(tunnel, parents, shell, runner.stops))
    send_types_of_completions(shell)
    keep_leading_lines_while_debugged(shell)
    runner.on_first_cell(lambda: _redirect(shell, parents, tunnel, flow, order))
    runner.stops.never_inside(ErrorsAtOnce.show)
    shown = runner.stops.shown
    runner.on_first_cell(lambda: runner.tell_errors(ErrorsAtOnce(shell, tunnel, parents, shown)))
    runner.on_each_cell(parents.begin_cell)
    runner.on_each_cell(flow.begin_cell)
    runner.on_each_cell(lambda: order.begin_cell(parents.cell))
    runner.before_each_reply(flow.before_reply)
    _follow_numbers(runner, PromptNumbers(shell, parents, lines))
    runner.abort_after_errors(lambda: KEEP_GOING not in json.loads(parents.cell or b"{}"))
    tunnel.on_resume(runner.resume)
    questions = Questions()
    for ask in (Questions.input, Questions.getpass):
        runner.stops.always_inside(ask)
    runner.on_each_request(questions.of_request)
    tunnel.on_request("history", lambda content: history_of(shell, content))
    lines.tell(ABORTS_ITSELF)


def join_relay_without_comms(shell: Any, runner: CellRunner, lines: Lines) -> None:
    """Connect a shell of xeus-python-shell 0.5: in Debian's build a new comm crashes.

    There xeus itself aborts what is queued behind an error.
    """
    from datalab_kernel_spec.messages._streams import install_streams

    parents = _parents_of(shell, lines)
    order = Order(lines)
    flow = Flow(lines.credit, order.before_message)
    runner.on_first_cell(parents.look_through)
    runner.on_first_cell(lambda: install_streams(None, flow))
    runner.on_first_cell(lambda: order.open(shell.display_pub.publish_display_data))
    runner.on_first_cell(lambda: count_displays(shell, flow))
    runner.on_first_cell(lambda: mind_forks(shell, None, order))
    runner.on_each_cell(parents.begin_cell)
    runner.on_each_cell(flow.begin_cell)
    runner.on_each_cell(lambda: order.begin_cell(parents.cell))
    runner.before_each_reply(flow.before_reply)
    _follow_numbers(runner, PromptNumbers(shell, parents, lines))


def _follow_numbers(runner: CellRunner, numbers: PromptNumbers) -> None:
    runner.on_each_cell(numbers.begin_cell)
    runner.before_each_reply(numbers.before_reply)


def _parents_of(shell: Any, lines: Lines) -> Parents:
    lines.tell(f"{PYTHON} {sys.version.split()[0]}")
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is not None:
            stream.reconfigure(line_buffering=True)
    parents = Parents(shell)
    parents.hand_on_to_threads()
    return parents


def _redirect(shell: Any, parents: Parents, tunnel: Tunnel, flow: Flow, order: Order) -> None:
    """Take over output; not earlier, as xpython redirects it after it has made its shell."""
    from datalab_kernel_spec.messages._streams import install_streams

    parents.look_through()
    tunnel.open()
    install_streams(tunnel, flow)
    order.open(shell.display_pub.publish_display_data)
    count_displays(shell, flow)
    _publish_in_the_right_cell(shell.display_pub, tunnel)
    mind_forks(shell, tunnel, order)


def _install_comms(tunnel: Tunnel, parents: Parents, shell: Any, stops: Stops) -> None:
    if PathFinder.find_spec("comm") is None:
        return  # an environment without the package: only xpython's own comms
    from datalab_kernel_spec.messages._comms import install_comms

    install_comms(tunnel, parents, shell, stops)
    import_module("datalab_kernel.session._extension").offer_workspace(shell)


def _xpython_comm() -> Any:
    import comm

    return vars(comm)["Comm"]  # xpython's stand-in for the package, which has no such name


def _publish_in_the_right_cell(publisher: Any, tunnel: Tunnel) -> None:
    """Publish what threads and comm callbacks display under the request that caused it."""
    show, clear = publisher.publish_display_data, publisher.clear_output

    def publish_display_data(data: Any, metadata: Any, transient: Any, update: bool) -> None:
        flush_streams()
        parent = foreign_parent()
        if parent is None:
            show(data, metadata or {}, transient or {}, update)
            return
        content = {"data": data, "metadata": metadata or {}, "transient": transient or {}}
        kind = "update_display_data" if update else "display_data"
        tunnel.publish(kind, content, parent=parent)

    def clear_output(wait: bool = False) -> None:
        flush_streams()
        parent = foreign_parent()
        if parent is None:
            clear(wait)
        else:
            tunnel.publish("clear_output", {"wait": wait}, parent=parent)

    publisher.publish_display_data = publish_display_data
    publisher.clear_output = clear_output
