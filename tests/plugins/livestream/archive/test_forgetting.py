"""Recordings and what was said beside them go when their time is over, and when somebody is forgotten."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from asyncpg import UniqueViolationError

from nakamise.tenancy import switches
from nakamise.testing.clock import SteeredClock
from nakamise.testing.people import Person
from nakamise_livestream import privacy
from nakamise_livestream.archive import keeping
from nakamise_livestream.archive.saving import Saving
from nakamise_livestream.recording.units import Segment
from tests.plugins.livestream.archive.player import play
from tests.plugins.livestream.archive.reel import three_segments
from tests.plugins.livestream.chat.talk import said
from tests.plugins.livestream.stage import API, Json, Stage, act, id_of, ok, on_air

DAYS = 30


async def recorded(
    stage: Stage, presenter: Person, viewer: Person, at: Callable[[Segment], None] = lambda _first: None
) -> Json:
    """Twelve seconds, with a comment of ``viewer``. ``at`` steers the clock once the first segment is there."""
    broadcast = await on_air(presenter)
    saving = Saving(stage.ctx, id_of(broadcast))
    segments = three_segments()
    at(segments[0])
    for segment in segments:
        assert await saving.save(segment, True)
    await said(viewer, broadcast, "この色かわいい！")
    await ok(await act(presenter, broadcast, "end"))
    return broadcast


def archive_of(broadcast: Json) -> str:
    return f"{API}/broadcasts/{broadcast['id']}/archive"


async def objects(stage: Stage) -> int:
    return len(await stage.ctx.runtime.store.keys(stage.tenant.schema))


@pytest.mark.req("GL-03")
async def test_recordings_are_kept_as_long_as_the_site_says(
    stage: Stage, presenter: Person, viewer: Person, clock: SteeredClock
) -> None:
    broadcast = await recorded(stage, presenter, viewer)
    runtime = stage.ctx.runtime
    await switches.configure(runtime, stage.tenant.id, "livestream", {"archive_days": DAYS}, actor="test")
    tenant = runtime.directory.by_id(stage.tenant.id)
    assert tenant is not None
    ctx = stage.ctx_for(tenant)
    kept = await objects(stage)
    assert kept >= 4
    clock.advance(timedelta(days=DAYS) - timedelta(minutes=1))
    await keeping.purge(ctx)
    assert (await objects(stage), (await presenter.client.get(archive_of(broadcast))).status_code) == (
        kept,
        200,
    )
    clock.advance(timedelta(minutes=2))
    await keeping.purge(ctx)
    assert await objects(stage) == 0
    for path in (archive_of(broadcast), f"/livestream/{broadcast['id']}/hls/index.m3u8"):
        assert (await presenter.client.get(path)).status_code == 404
    assert await stage.value("SELECT count(*) FROM livestream_segment") == 0
    assert await stage.value("SELECT count(*) FROM livestream_broadcast") == 1


@pytest.mark.req("GL-03")
async def test_who_is_forgotten_says_nothing_in_a_replay(
    stage: Stage, presenter: Person, viewer: Person
) -> None:
    broadcast = await recorded(stage, presenter, viewer)
    comments = f"{archive_of(broadcast)}/comments"
    assert [line["text"] for line in (await ok(await presenter.client.get(comments)))["lines"]] == [
        "この色かわいい！"
    ]
    async with stage.ctx.begin() as tx:
        await privacy.erase(stage.ctx, tx, viewer.id)
    assert (await ok(await presenter.client.get(comments)))["lines"] == []
    assert await stage.value("SELECT count(*) FROM livestream_comment WHERE text LIKE '%かわいい%'") == 0


@pytest.mark.req("GL-03")
async def test_the_face_of_a_host_who_is_forgotten_goes_too(
    stage: Stage, presenter: Person, viewer: Person
) -> None:
    broadcast = await recorded(stage, presenter, viewer)
    async with stage.ctx.begin() as tx:
        await privacy.erase(stage.ctx, tx, presenter.id)
    assert (await viewer.client.get(archive_of(broadcast))).status_code == 404
    await keeping.purge(stage.ctx)
    assert await objects(stage) == 0


async def test_a_process_takes_over_and_nothing_is_doubled(
    stage: Stage, presenter: Person, viewer: Person
) -> None:
    """Two web processes: the first one still saves when the second one has begun."""
    broadcast = await on_air(presenter)
    first, second, third = three_segments()
    former, later = Saving(stage.ctx, id_of(broadcast)), Saving(stage.ctx, id_of(broadcast))
    assert await former.save(first, True)
    assert await later.save(second, True)
    with pytest.raises(UniqueViolationError, match="livestream_segment"):
        await former.save(second, True)
    assert await later.save(third, True)
    await ok(await act(presenter, broadcast, "end"))
    played = await play(viewer.client, f"/livestream/{broadcast['id']}/hls/index.m3u8")
    assert played.segments == 3
    assert played.pictures == sorted(set(played.pictures))
    inits = await stage.value("SELECT count(DISTINCT init_key)::int FROM livestream_segment")
    assert await objects(stage) == 3 + inits + 1, "the poster, and nothing that nobody needs"


async def test_an_evening_goes_on_after_midnight(
    stage: Stage, presenter: Person, viewer: Person, clock: SteeredClock
) -> None:
    tokyo = ZoneInfo("Asia/Tokyo")

    def six_seconds_before(first: Segment) -> None:
        begins = stage.ctx.now() - timedelta(seconds=time.time() - first.begins)
        midnight = begins.astimezone(tokyo).replace(hour=0, minute=0, second=0) + timedelta(days=1)
        clock.advance(midnight - timedelta(seconds=6) - begins)

    broadcast = await recorded(stage, presenter, viewer, six_seconds_before)
    begins, ends = await stage.value("SELECT ARRAY[min(begins_at), max(begins_at)] FROM livestream_segment")
    assert begins.astimezone(tokyo).date() < ends.astimezone(tokyo).date()
    found = await ok(await viewer.client.get(archive_of(broadcast)))
    assert found["duration_s"] == pytest.approx(12, abs=0.2)
    played = await play(viewer.client, found["playlist"])
    assert (played.breaks, played.pictures) == (0, sorted(played.pictures))
    (line,) = (await ok(await viewer.client.get(f"{archive_of(broadcast)}/comments")))["lines"]
    assert 0 <= line["at_s"] <= 12
