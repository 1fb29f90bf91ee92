"""Frames of one room: together, in order, once each, and nobody's slowness is another's."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from contextlib import ExitStack

import msgspec
import pytest

from nakamise.plugin import Localized, RoomKind
from nakamise.rooms.address import EventId
from nakamise.rooms.event import DATA_MAX_BYTES, EventTooLarge, RoomEvent, Stored, View, encode
from nakamise.rooms.feed import AT_ONCE, FRAME_S, FRAMES_MAX, LAG, Feed, Listener

KIND = RoomKind(id="aa.hall", admit="x:y")
JA, EN = View("ja"), View("en")


class Said(msgspec.Struct):
    text: str


@pytest.fixture
def inside() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
async def feed() -> Feed:
    return Feed(KIND, EventId(1, 0))


def stored(n: int, event: RoomEvent | None = None) -> Stored:
    return Stored(EventId(1, n), event or encode("said", Said(str(n))))


def enter(inside: ExitStack, feed: Feed, view: View = JA, who: bytes | None = None) -> Listener:
    return inside.enter_context(feed.entered(view, who, float("inf")))


async def heard(listener: Listener) -> bytes:
    chunk = await asyncio.wait_for(listener.next(), 5)
    assert chunk is not None
    return chunk


async def test_events_close_together_go_out_in_one_frame_and_in_order(inside: ExitStack, feed: Feed) -> None:
    listener = enter(inside, feed)
    feed.deliver([stored(1)])
    assert await heard(listener) == b'id: 1-1\nevent: said\ndata: {"text":"1"}\n\n'
    began = asyncio.get_running_loop().time()
    for n in range(2, 40):
        feed.deliver([stored(n)])
    chunk = await heard(listener)
    assert asyncio.get_running_loop().time() - began > FRAME_S * 0.8
    assert [line for line in chunk.split(b"\n") if line.startswith(b"id:")] == [
        b"id: 1-%d" % n for n in range(2, 40)
    ]


async def test_what_is_urgent_does_not_wait_and_overtakes_nothing(inside: ExitStack, feed: Feed) -> None:
    listener = enter(inside, feed)
    feed.deliver([stored(1)])
    await heard(listener)
    began = asyncio.get_running_loop().time()
    feed.deliver([stored(2)])
    feed.deliver([stored(3, encode("pinned", Said("now"), urgent=True))])
    chunk = await heard(listener)
    assert asyncio.get_running_loop().time() - began < FRAME_S / 2
    assert chunk.index(b"1-2") < chunk.index(b"1-3")


async def test_a_frame_is_made_once_for_all_of_one_view(inside: ExitStack, feed: Feed) -> None:
    """More than are woken at once."""
    everybody = [enter(inside, feed) for _ in range(AT_ONCE * 2 + 1)]
    other = enter(inside, feed, EN)
    feed.deliver([stored(1)])
    chunks = [await heard(listener) for listener in everybody]
    assert len({id(chunk) for chunk in chunks}) == 1
    assert await heard(other) == chunks[0]


async def test_everybody_hears_their_language(inside: ExitStack, feed: Feed) -> None:
    said = encode("said", Localized({"ja": Said("こんにちは"), "en": Said("hello")}))
    ja, en, other = (enter(inside, feed, View(locale)) for locale in ("ja", "en", "fr"))
    feed.deliver([stored(1, said)])
    assert "こんにちは".encode() in await heard(ja)
    assert b"hello" in await heard(en)
    assert "こんにちは".encode() in await heard(other)


async def test_staff_and_single_users_hear_more(inside: ExitStack, feed: Feed) -> None:
    me = uuid.uuid4()
    guest, staff, user = (enter(inside, feed, view) for view in (JA, View("ja", True), View("ja", False, me)))
    feed.deliver(
        [
            stored(1, encode("said", Said("all"))),
            stored(2, encode("kept", Said("staff"), staff=True)),
            stored(3, encode("yours", Said("me"), user_id=me)),
        ]
    )
    for listener, ids in ((guest, {b"1"}), (staff, {b"1", b"2"}), (user, {b"1", b"3"})):
        chunk = await heard(listener)
        assert {line[6:] for line in chunk.split(b"\n") if line.startswith(b"id: 1-")} == ids


async def test_a_listener_who_lags_is_spared_what_is_fleeting_and_then_cut(
    inside: ExitStack, feed: Feed
) -> None:
    slow, slower = enter(inside, feed), enter(inside, feed)
    for n in range(1, LAG + 2):
        feed.tell(b"event: reactions\ndata: {}\n\n")
        feed.deliver([stored(n)])
        feed._flush()
    chunk = await heard(slow)
    assert b"reactions" not in chunk
    assert chunk.count(b"id: ") == LAG + 1
    for n in range(FRAMES_MAX + 1):
        feed.deliver([stored(100 + n)])
        feed._flush()
    assert await slower.next() is None


async def test_whoever_is_cut_or_expired_ends(inside: ExitStack, feed: Feed) -> None:
    listener = inside.enter_context(feed.entered(JA, None, 10.0))
    waiting = asyncio.create_task(listener.next())
    await asyncio.sleep(0)
    feed.cut_expired(9.9)
    assert not listener.is_cut
    feed.cut_expired(10.0)
    assert await asyncio.wait_for(waiting, 5) is None


async def test_who_has_two_connections_is_one_person(inside: ExitStack, feed: Feed) -> None:
    with feed.entered(JA, b"a", 9e9):
        with feed.entered(JA, b"a", 9e9), feed.entered(JA, b"b", 9e9), feed.entered(JA, None, 9e9):
            assert feed.arrivals() == ({b"a", b"b"}, set())
        assert feed.arrivals() == (set(), {b"b"})
    with feed.entered(JA, b"a", 9e9):
        assert feed.arrivals() == ({b"a"}, set()), "came back before it was noticed"


async def test_a_room_gives_signs_of_life_also_while_it_talks_to_others(
    inside: ExitStack, feed: Feed
) -> None:
    listener = enter(inside, feed)
    feed.deliver([stored(1, encode("kept", Said("staff"), staff=True))])
    feed._flush()
    feed.beat(3600.0)
    feed.beat(0.0)
    assert await heard(listener) == b"event: alive\ndata: {}\n\n"


@pytest.mark.parametrize("name", ["open", "reset", "status", "alive", "said\nid: 9", "", "sa id"])
def test_names_that_would_confuse_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="room event"):
        encode(name, Said("x"))


def test_what_is_too_large_is_refused() -> None:
    with pytest.raises(EventTooLarge):
        encode("said", Said("x" * DATA_MAX_BYTES))
