"""The room's own pace, and who need not be looked up to be told to wait."""

from __future__ import annotations

import asyncio
import uuid
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nakamise.errors import TooMany
from nakamise.rooms.hub import RoomHub
from nakamise.rooms.redis_reader import RETRY_S
from nakamise.rooms.redis_store import RedisStore
from nakamise.testing.people import Person
from nakamise_livestream.chat.crowd import BURST, LINES_PER_S, REMEMBERED, Crowd
from tests.core.rooms.redis_server import RedisServer
from tests.plugins.livestream.chat.talk import in_room, said, say, texts
from tests.plugins.livestream.stage import Stage, on_air

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def passed(crowd: Crowd, tenant: uuid.UUID, room: uuid.UUID, tries: int) -> int:
    count = 0
    for _ in range(tries):
        with suppress(TooMany):
            crowd.take_place(tenant, room)
            count += 1
    return count


@pytest.mark.req("GL-09")
def test_a_room_hears_no_more_than_it_can_read_and_rooms_do_not_share() -> None:
    at = [0.0]
    crowd = Crowd(lambda: at[0])
    tenant, room = uuid.uuid4(), uuid.uuid4()
    assert passed(crowd, tenant, room, 5_000) == BURST
    assert passed(crowd, tenant, uuid.uuid4(), 10) == 10
    for _ in range(10):
        at[0] += 1.0
        assert passed(crowd, tenant, room, 500) == LINES_PER_S
    at[0] += 3_600
    assert passed(crowd, tenant, room, 500) == BURST


def test_whoever_was_told_to_wait_is_told_again_until_then() -> None:
    crowd, me = Crowd(), (uuid.uuid4(), uuid.uuid4(), uuid.uuid4())
    crowd.must_not_wait(me, NOW)
    crowd.waits(me, NOW, 2)
    with pytest.raises(TooMany) as refused:
        crowd.must_not_wait(me, NOW + timedelta(seconds=0.5))
    assert refused.value.retry_after_s == 2
    crowd.must_not_wait((me[0], me[1], uuid.uuid4()), NOW)
    crowd.must_not_wait(me, NOW + timedelta(seconds=2))
    crowd.waits(me, NOW, 600)
    crowd.must_not_wait(me, NOW + REMEMBERED)


@pytest.mark.req("LC-0.27")
async def test_a_line_whose_fate_was_unknown_is_not_left_on_anybodys_page(
    stage: Stage, presenter: Person, viewer: Person, tmp_path: Path
) -> None:
    """Redis takes the line and the answer is lost: the log has no such line, so pages are told to drop it."""
    made = await on_air(presenter)
    server = RedisServer(tmp_path)
    server.start()
    before, hub = stage.ctx.runtime.rooms, RoomHub(RedisStore(server.url))
    stage.ctx.runtime.rooms = hub
    try:
        async with in_room(stage, made) as ears:
            await said(viewer, made, "聞こえる")
            server.freeze()
            answer = await say(viewer, made, "どうなった")
            assert answer.status_code == 503
            server.thaw()
            await asyncio.sleep(RETRY_S)
            gone = (await ears.of("chat.removed"))[0].data["id"]
            heard = [one.data["id"] for one in ears.heard if one.name == "chat"]
        assert gone in heard[1:] or len(heard) == 1
        assert await texts(viewer, made) == ["聞こえる"]
    finally:
        stage.ctx.runtime.rooms = before
        await hub.close()
        server.kill()
