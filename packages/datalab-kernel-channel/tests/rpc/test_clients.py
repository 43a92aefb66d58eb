"""Several pages: which one is asked, and what happens when one goes."""

from __future__ import annotations

import asyncio
import datetime

import pytest

from datalab_kernel_channel import CallAllError, ClientGoneError, NoClientError
from datalab_kernel_channel.testing import PageError


@pytest.fixture
def joined(new_page):
    """Return what adds a page to a channel."""

    async def join(channel, **functions):
        page = new_page(channel)
        page.expose(**functions)
        await page.join()
        return page

    return join


async def never(*, signal):
    await signal.wait()


async def test_the_newest_page_is_asked_unless_another_one_is_named(opened, joined):
    channel, first = await opened(who=lambda: "first")
    second = await joined(channel, who=lambda: "second")
    assert [client.id for client in channel.clients] == [second.id, first.id]
    assert await channel.call("who") == "second"
    assert await channel.call("who", client=first.id) == "first"
    assert await channel.call("who", client=channel.clients[1]) == "first"
    await channel.close()


async def test_the_focused_page_is_the_one_that_last_got_the_attention(opened, joined, until):
    channel, first = await opened(who=lambda: "first")
    second = await joined(channel, who=lambda: "second")
    events = []
    channel.on_client(lambda client, event: events.append((client.id, event, client.is_focused)))
    first.focus()
    await until(lambda: len(events) == 1)
    assert await channel.call("who", client="focused") == "first"
    first.focus(is_focused=False)
    await until(lambda: not channel.clients[1].is_focused)
    assert await channel.call("who", client="focused") == "first"
    second.focus()
    await until(lambda: len(events) == 2)
    assert await channel.call("who", client="focused") == "second"
    assert events == [(first.id, "focused", True), (second.id, "focused", True)]
    await channel.close()


@pytest.mark.fake_page("its facts are in view")
async def test_a_client_says_what_and_where_it_is(opened):
    channel, page = await opened()
    [client] = channel.clients
    assert (client.id, client.is_connected, client.is_focused) == (page.id, True, False)
    assert (client.url, client.user_agent, client.application) == (
        "http://localhost/lab", "Python", "FakePage",
    )  # fmt: skip
    assert client.joined_at.tzinfo is datetime.UTC
    assert await channel.wait_for_client() == client
    await channel.close()


async def test_a_page_that_is_not_there_cannot_be_asked(opened):
    channel, _ = await opened(who=lambda: 1)
    with pytest.raises(ClientGoneError) as caught:
        await channel.call("who", client="nobody")
    assert (caught.value.client_id, caught.value.method, caught.value.executed) == (
        "nobody",
        "who",
        False,
    )
    with pytest.raises(ClientGoneError):
        channel.notify("who", client="nobody")
    await channel.close()


async def test_all_pages_are_asked_in_order_of_arrival(opened, joined):
    channel, first = await opened(who=lambda n: n + 1)
    second = await joined(channel, who=lambda n: n + 2)
    answers = await channel.call_all("who", 10)
    assert list(answers.items()) == [(first.id, 11), (second.id, 12)]
    await channel.close()


async def test_when_some_pages_fail_the_others_answers_are_kept(opened, joined):
    channel, first = await opened(who=lambda: 1)
    second = await joined(channel)
    with pytest.raises(CallAllError) as caught:
        await channel.call_all("who")
    assert caught.value.results == {first.id: 1}
    assert list(caught.value.errors) == [second.id]
    answers = await channel.call_all("who", return_exceptions=True)
    assert answers[first.id] == 1
    assert isinstance(answers[second.id], LookupError)
    await channel.close()


async def test_asking_all_pages_needs_one(opened):
    channel, page = await opened()
    await page.leave()
    with pytest.raises(NoClientError):
        await channel.call_all("who")
    await channel.close()


async def test_a_notification_goes_to_all_pages_or_to_one(opened, joined, until):
    seen = []
    channel, first = await opened(note=lambda text: seen.append(("first", text)))
    second = await joined(channel, note=lambda text: seen.append(("second", text)))
    channel.notify("note", "all")
    channel.notify("note", "one", client=first.id)
    channel.notify("note", "new", client="newest")
    await until(lambda: len(seen) >= 4)
    assert sorted(seen) == [
        ("first", "all"),
        ("first", "one"),
        ("second", "all"),
        ("second", "new"),
    ]
    assert second.failures == []
    await channel.close()


async def test_a_refreshed_page_is_a_new_client_with_the_same_functions_on_both_sides(opened):
    channel, page = await opened(expose={"mul": lambda a, b: a * b}, add=lambda a, b: a + b)
    events = []
    channel.on_client(lambda client, event: events.append((client.id, event)))
    before = page.id
    await page.refresh()
    assert events == [(before, "left"), (page.id, "joined")]
    assert page.id != before
    assert await channel.call("add", 1, 2) == 3
    assert await page.call("mul", 2, 3) == 6
    assert channel.state == "open"
    await channel.close()


async def test_a_call_that_a_gone_page_had_begun_is_said_to_have_run(opened):
    began = asyncio.Event()

    async def slow():
        began.set()
        await asyncio.Event().wait()

    channel, page = await opened(slow=slow)
    call = asyncio.ensure_future(channel.call("slow"))
    await began.wait()
    await asyncio.sleep(0.01)
    await page.leave()
    with pytest.raises(ClientGoneError) as caught:
        await call
    assert (caught.value.executed, caught.value.method, caught.value.client_id) == (
        True,
        "slow",
        page.id,
    )
    await channel.close()


async def test_whether_a_call_ran_that_was_sent_to_a_page_now_gone_is_unknown(opened):
    channel, page = await opened(add=lambda a, b: a + b)
    page.drop_frames(1)
    call = asyncio.ensure_future(channel.call("add", 1, 2))
    await asyncio.sleep(0.01)
    await page.refresh()
    with pytest.raises(ClientGoneError) as caught:
        await call
    assert caught.value.executed is None
    await channel.close()


async def test_a_call_of_which_nothing_was_sent_goes_to_the_page_that_replaces_it(opened):
    calls = []
    channel, page = await opened(note=calls.append)
    link = channel._clients.connected()[0].peer.link
    link._signs.is_connected = False  # as after 8 s of silence
    call = asyncio.ensure_future(channel.call("note", 1))
    await asyncio.sleep(0.01)
    assert calls == []
    await page.refresh()
    await call
    assert calls == [1]
    await channel.close()


async def test_a_call_to_a_page_by_its_id_does_not_move_when_that_page_goes(opened):
    calls = []
    channel, page = await opened(note=calls.append)
    channel._clients.connected()[0].peer.link._signs.is_connected = False  # nothing is sent
    call = asyncio.ensure_future(channel.call("note", 1, client=page.id))
    await asyncio.sleep(0.01)
    await page.refresh()
    with pytest.raises(ClientGoneError) as caught:
        await call
    assert (caught.value.executed, calls) == (False, [])
    await channel.close()


async def test_a_page_that_another_one_replaces_is_told_so(opened, new_page, until):
    channel, page = await opened()
    other = new_page(channel)
    call = asyncio.ensure_future(page.call("nothing"))
    await asyncio.wait([call])
    await other.join(replaces=page.id)
    await until(lambda: page.closed_reason is not None)
    assert page.closed_reason == "replaced"
    with pytest.raises(PageError, match="ClientReplacedError"):
        await page.call("anything")
    assert [client.id for client in channel.clients] == [other.id]
    await channel.close()
    with pytest.raises(PageError, match="MethodNotFoundError"):
        await call


async def test_the_state_tells_whether_a_page_is_there(opened, new_page):
    opening, page = await opened(join=False)
    channel = opening.channel
    states = [channel.state]
    disconnect = channel.on_state(states.append)
    await page.join()
    await opening
    await page.leave()
    other = new_page(channel)
    await other.join()
    disconnect()
    await channel.close()
    assert states == ["opening", "open", "lost", "open"]
    assert channel.state == "closed"


async def test_a_callback_that_raises_is_reported_and_disturbs_nobody(opened, capsys):
    channel, page = await opened(add=lambda a, b: a + b)
    channel.on_client(lambda _client, _event: 1 / 0)
    await page.refresh()
    assert await channel.call("add", 1, 2) == 3
    assert "ZeroDivisionError" in capsys.readouterr().err
    await channel.close()


@pytest.mark.fake_page("65 tabs take a minute")
async def test_sixty_five_pages_are_one_too_many(opened, joined, new_page):
    channel, _ = await opened()
    for _ in range(63):
        await joined(channel)
    late = new_page(channel)
    joining = asyncio.ensure_future(late.join())
    await asyncio.sleep(0.05)
    assert late.refused == ["too_many_clients"]
    joining.cancel()
    await asyncio.wait([joining])
    late.vanish()
    assert len(channel.clients) == 64
    await channel.close()
