"""What tells of messages that didn't come, and of messages that came late."""

from __future__ import annotations

import asyncio

import pytest

from datalab_kernel_client import Message
from datalab_kernel_client.kernels._numbers import Numbers
from datalab_kernel_client.kernels._record import Record
from datalab_kernel_client.kernels._starts import Starts


def published(number: int, state: str = "", parent: str = "execute_request") -> Message:
    header = {"msg_id": f"a_1_{number}", "msg_type": "status" if state else "stream"}
    parent_header = {"msg_type": parent, "msg_id": "p"}
    content = {"execution_state": state} if state else {"text": "x"}
    return Message(channel="iopub", header=header, parent_header=parent_header, content=content)


def said(session: str, msg_type: str = "status") -> Message:
    return Message(channel="iopub", header={"session": session, "msg_type": msg_type})


def test_replies_take_numbers_and_nothing_is_missing() -> None:
    numbers = Numbers("a_1_10")
    for message in (
        published(11, "busy", "kernel_info_request"),
        published(13, "idle", "kernel_info_request"),
        published(14),
        published(16, "idle"),
    ):
        numbers.take(message)
    assert numbers.missing == 0


def test_a_number_that_no_reply_took_is_a_message_that_did_not_come() -> None:
    numbers = Numbers("a_1_10")
    numbers.take(published(12))
    assert numbers.missing == 1
    numbers.take(published(11))  # it was only overtaken
    assert numbers.missing == 0
    numbers.take(published(14, "idle", "comm_msg"))  # which has no reply
    assert numbers.missing == 1


def look(number: int, state: str, request: str) -> Message:
    message = published(number, state, "kernel_info_request")
    message.parent_header["msg_id"] = request
    return message


def test_the_message_that_a_server_kept_when_it_looked_whether_a_link_works_is_not_missing() -> (
    None
):
    numbers = Numbers("a_1_10")
    numbers.take(look(12, "busy", "its second"))  # 11 was the busy of its first
    numbers.take(look(15, "idle", "its first"))  # behind both replies
    assert (numbers.missing, numbers.is_open) == (1, True)  # a reply, of which nothing tells yet
    numbers.take(look(16, "idle", "its second"))
    assert (numbers.missing, numbers.is_open) == (0, False)
    numbers.take(published(18))
    assert numbers.missing == 1


def test_a_look_that_began_before_the_loss_hides_nothing() -> None:
    numbers = Numbers("a_1_10", {"begun"})
    numbers.take(look(13, "idle", "begun"))  # 11 is its reply, or 12
    assert numbers.missing == 1


def test_other_kernels_and_ids_without_numbers_tell_nothing() -> None:
    numbers = Numbers("a_1_10")
    numbers.take(Message(channel="iopub", header={"msg_id": "a_2_99"}))
    numbers.take(Message(channel="iopub", header={"msg_id": "0c6b"}))
    assert numbers.missing == 0
    assert numbers.are_known
    assert not Numbers("0c6b").are_known


def test_a_late_word_of_a_start_that_is_over_is_no_restart() -> None:
    starts = Starts("me")
    assert not starts.is_new(said("first"))
    starts.next()
    assert not starts.is_new(said("second"))
    assert not starts.is_new(said("first"))  # on its way when the kernel was restarted
    assert starts.is_over(said("first", "shutdown_reply"))
    assert not starts.is_new(said("second"))
    assert starts.is_new(said("third"))


@pytest.mark.parametrize("has_spoken", [False, True])
def test_a_new_start_may_speak_before_the_server_says_that_it_is_there(has_spoken: bool) -> None:
    starts = Starts("me")
    assert not starts.is_new(said("first"))
    starts.begin_restart()
    assert starts.is_restarted_here
    if has_spoken:
        starts.is_new(said("second"))
    starts.end_restart(is_done=True)
    assert starts.is_over(said("first"))
    assert not starts.is_over(said("second"))
    assert not starts.is_new(said("second"))


def test_a_restart_that_failed_leaves_the_start_that_there_was() -> None:
    starts = Starts("me")
    starts.is_new(said("first"))
    starts.begin_restart()
    starts.end_restart(is_done=False)
    assert not starts.is_over(said("first"))


def test_nobody_waits_for_a_reader_of_a_request_that_has_ended() -> None:
    message = Message(channel="iopub", header={}, content={"text": "x" * 1000})

    async def put_behind_a_reader_that_stopped() -> int:
        record = Record(keep_bytes=2000)
        reader = record.read()
        await record.put(message)
        waiting = asyncio.create_task(put_all(record, 5))
        await asyncio.sleep(0)
        assert not waiting.done()
        record.close()
        await asyncio.wait_for(waiting, 5)
        return reader.position

    async def put_all(record: Record, count: int) -> None:
        for _ in range(count):
            await record.put(message)

    assert asyncio.run(put_behind_a_reader_that_stopped()) == 0
