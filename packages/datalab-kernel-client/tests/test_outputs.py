"""Outputs as a notebook keeps them, messages kept for who comes late, and what a kernel is doing."""

import asyncio

from datalab_kernel_client import Message
from datalab_kernel_client.kernels._gaps import is_rate_warning
from datalab_kernel_client.kernels._outputs import Displays, Outputs
from datalab_kernel_client.kernels._record import Record
from datalab_kernel_client.kernels._status import StatusTracker


def message(msg_type: str, parent: str = "", parent_type: str = "", **content) -> Message:
    made = Message.new(msg_type, content, channel="iopub", session="kernel")
    made.parent_header.update({"msg_id": parent, "msg_type": parent_type})
    return made


def test_streams_of_a_name_are_joined_and_carriage_returns_kept() -> None:
    outputs = Outputs(Displays())
    for name, text in [("stdout", "a\r"), ("stdout", "b"), ("stderr", "c"), ("stdout", "d")]:
        outputs.take(message("stream", name=name, text=text))
    assert [(one["name"], one["text"]) for one in outputs.list] == [
        *(("stdout", "a\rb"), ("stderr", "c")),
        ("stdout", "d"),
    ]


def test_clearing_waits_for_the_next_output_where_it_is_asked_to() -> None:
    outputs = Outputs(Displays())
    outputs.take(message("stream", name="stdout", text="old"))
    outputs.take(message("clear_output", wait=True))
    assert outputs.list[0]["text"] == "old"
    outputs.take(message("stream", name="stdout", text="new"))
    assert [one["text"] for one in outputs.list] == ["new"]


def test_a_display_that_is_updated_changes_where_it_was_shown() -> None:
    displays = Displays()
    first, second = Outputs(displays), Outputs(displays)
    shown = {"data": {"text/plain": "old"}, "metadata": {}, "transient": {"display_id": "d"}}
    first.take(message("display_data", **shown))
    second.take(message("display_data", **shown))
    displays.update("d", {"data": {"text/plain": "new"}, "metadata": {}})
    assert (
        first.list
        == second.list
        == [{"output_type": "display_data", "data": {"text/plain": "new"}, "metadata": {}}]
    )


def test_only_the_servers_own_words_are_taken_for_a_dropped_output() -> None:
    words = (
        "IOPub message rate exceeded.\nThe Jupyter server will temporarily stop sending output\n"
        "to the client in order to avoid crashing it.\nTo change this limit, set the config "
        "variable\n`--ServerApp.iopub_msg_rate_limit`.\n"
    )
    assert is_rate_warning(message("stream", name="stderr", text=words))
    assert not is_rate_warning(message("stream", name="stdout", text=words))
    assert not is_rate_warning(message("stream", name="stderr", text=f"Do you know? {words}"))


def test_beyond_what_is_kept_the_oldest_go_and_are_counted() -> None:
    async def run() -> tuple[int, list[str]]:
        record = Record(5_000)
        for number in range(10):
            await record.put(message("stream", text=f"{number}" * 1_000))
        record.close()
        return record.dropped, [one.content["text"][0] async for one in record.read()]

    dropped, texts = asyncio.run(run())
    assert dropped > 0
    assert texts == [str(number) for number in range(dropped, 10)]


def test_a_control_request_within_a_cell_does_not_make_the_kernel_idle() -> None:
    tracker = StatusTracker()
    tracker.linked("idle")
    told = []
    for state, parent, kind in [
        *(("busy", "cell", "execute_request"), ("busy", "info", "kernel_info_request")),
        *(("idle", "info", "kernel_info_request"), ("idle", "cell", "execute_request")),
    ]:
        tracker.take(message("status", parent, kind, execution_state=state))
        told.append(tracker.value)
    assert told == ["busy", "busy", "busy", "idle"]


def test_a_cell_of_somebody_else_that_ran_before_ends_by_its_idle_or_by_rest() -> None:
    for end in ("idle", "rest"):
        tracker = StatusTracker()
        tracker.linked("busy")
        info = ("info", "kernel_info_request")
        tracker.take(message("status", *info, execution_state="busy"))
        tracker.take(message("status", *info, execution_state="idle"))
        assert tracker.value == "busy"
        if end == "idle":
            tracker.take(message("status", "c", "execute_request", execution_state="idle"))
        else:
            tracker.rest_says("idle")
        assert tracker.value == "idle"


def test_dead_is_final_and_a_link_that_is_down_is_unknown() -> None:
    tracker = StatusTracker()
    tracker.linked("idle")
    tracker.take(message("status", "c", "execute_request", execution_state="idle"))
    tracker.unlinked()
    assert tracker.value == "unknown"
    tracker.dead()
    tracker.linked("idle")
    assert tracker.value == "dead"
