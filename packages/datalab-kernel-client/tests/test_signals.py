"""Signals: in order, to everybody, and nobody's exception stops the others."""

import asyncio
import gc

import pytest

from datalab_kernel_client import RequestTimeoutError, Signal


def test_a_callback_that_raises_is_logged_and_the_others_are_called(caplog) -> None:
    signal, seen = Signal[int](), []

    @signal.connect
    def broken(_: int) -> None:
        raise ValueError("mine")

    signal.connect(seen.append)
    signal._emit(1)
    assert seen == [1]
    assert "mine" in caplog.text


def test_a_bound_method_does_not_keep_its_object_alive() -> None:
    class Listener:
        def __init__(self) -> None:
            self.seen: list[int] = []

        def hear(self, value: int) -> None:
            self.seen.append(value)

    signal, listener = Signal[int](), Listener()
    seen = listener.seen
    signal.connect(listener.hear)
    signal._emit(1)
    del listener
    gc.collect()
    signal._emit(2)
    assert seen == [1]


def test_what_a_callback_makes_happen_is_told_after_what_it_hears() -> None:
    signal, seen = Signal[int](), []

    @signal.connect
    def first(value: int) -> None:
        if value == 1:
            signal._emit(2)

    signal.connect(seen.append)
    signal._emit(1)
    assert seen == [1, 2]


def test_who_connects_during_an_emission_gets_the_next_one() -> None:
    signal, seen = Signal[int](), []
    signal.connect(lambda _: signal.connect(seen.append))
    signal._emit(1)
    signal._emit(2)
    assert seen == [2]


def test_coroutine_functions_are_called_one_after_another() -> None:
    async def run() -> list[str]:
        signal, seen, done = Signal[str](), [], asyncio.Event()

        @signal.connect
        async def slow(value: str) -> None:
            seen.append(f"begin {value}")
            await asyncio.sleep(0)
            seen.append(f"end {value}")
            if value == "b":
                done.set()

        signal._emit("a")
        signal._emit("b")
        await asyncio.wait_for(done.wait(), 5)
        return seen

    assert asyncio.run(run()) == ["begin a", "end a", "begin b", "end b"]


def test_waiting_for_the_next_one_has_a_limit_and_loops_get_all() -> None:
    async def run() -> list[int]:
        signal = Signal[int]("changed")
        with pytest.raises(RequestTimeoutError, match="changed"):
            await signal.next(0.01)
        loop = aiter(signal)
        for value in range(3):
            signal._emit(value)
        signal._close_loops()
        return [value async for value in loop]

    assert asyncio.run(run()) == [0, 1, 2]


def test_a_loop_that_was_left_holds_nobody() -> None:
    async def run() -> None:
        signal = Signal[int]()
        loop = aiter(signal)
        for value in range(1000):
            signal._emit(value)
        delivery = asyncio.ensure_future(signal._deliver(1000))
        await asyncio.sleep(0)
        assert not delivery.done()  # it waits for the loop
        del loop
        gc.collect()
        await asyncio.wait_for(delivery, 5)

    asyncio.run(run())
