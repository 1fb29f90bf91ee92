"""On the air: start, pause, resume, end; by presenter, staff and time."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import pytest

from nakamise.plugin import Presence, TenantCtx
from nakamise.testing.clock import SteeredClock
from nakamise.testing.people import Person
from nakamise_livestream.broadcasts import end
from nakamise_livestream.broadcasts import on_air as media
from nakamise_livestream.broadcasts.overdue import end_overdue
from tests.plugins.livestream.stage import API, Json, Stage, act, id_of, ok, on_air, planned, read

STAFF = f"{API}/staff/broadcasts"


async def test_the_whole_way(stage: Stage, presenter: Person, viewer: Person, clock: SteeredClock) -> None:
    made = await planned(presenter)
    started = await ok(await act(presenter, made, "start", check="waived"))
    assert (started["state"], started["is_sponsored"]) == ("live", False)
    clock.advance(timedelta(minutes=10))
    await ok(await act(presenter, made, "pause"))
    assert (await read(viewer, made))["state"] == "paused"
    clock.advance(timedelta(minutes=3))
    paused = (await ok(await act(presenter, made, "resume")))["paused_s"]
    assert 180 <= paused < 210, "besides the three minutes the clock goes on"
    clock.advance(timedelta(minutes=10))
    ended = await ok(await act(presenter, made, "end"))
    assert (ended["state"], ended["end_why"], ended["paused_s"]) == ("ended", "host", paused)
    assert [
        len(await stage.events(f"livestream.{what}.1")) for what in ("started", "paused", "resumed", "ended")
    ] == [1] * 4
    assert await stage.acts(made["id"]) == [
        f"livestream.broadcast.{what}" for what in ("created", "started", "paused", "resumed", "ended")
    ]


@pytest.mark.req("LC-7.4.5")
@pytest.mark.parametrize(
    ("acts", "refused"),
    [
        ([], ["pause", "resume", "end"]),
        (["start"], ["start", "resume", "cancel"]),
        (["start", "pause"], ["start", "pause", "cancel"]),
        (["start", "end"], ["start", "pause", "resume", "end", "cancel"]),
        (["cancel"], ["start", "pause", "resume", "end", "cancel"]),
    ],
)
async def test_only_what_the_state_allows(presenter: Person, acts: list[str], refused: list[str]) -> None:
    made = await planned(presenter)
    for verb in acts:
        await ok(await act(presenter, made, verb))
    for verb in refused:
        answer = await act(presenter, made, verb)
        assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state"), verb


async def test_nobody_is_on_the_air_twice(presenter: Person) -> None:
    running, waiting = await on_air(presenter, title="一つ目"), await planned(presenter)
    refused = await act(presenter, waiting, "start")
    assert (refused.status_code, refused.json()["code"]) == (409, "on_air")
    assert "一つ目" in refused.json()["detail"]
    await ok(await act(presenter, running, "end"))
    await ok(await act(presenter, waiting, "start"))


async def test_strangers_may_do_nothing(stage: Stage, presenter: Person, viewer: Person) -> None:
    other, made = await stage.host("夏美"), await on_air(presenter)
    for person in (viewer, other):
        for verb in ("pause", "end", "cancel", "key"):
            assert (await act(person, made, verb)).status_code == 404
    assert (
        await act(Person(stage.tenant, stage.client_for(stage.tenant), stage.ctx), made, "end")
    ).status_code == 401


@pytest.mark.req("LC-9.6.2", "LC-7.4.5")
async def test_staff_end_it_with_a_reason_that_everybody_sees(
    stage: Stage, presenter: Person, viewer: Person, admin: Person
) -> None:
    made = await on_air(presenter)
    reason = {"reason": "薬機法に反する表現"}
    assert (await viewer.client.post(f"{STAFF}/{made['id']}/end", json=reason)).status_code == 403
    assert (await admin.client.post(f"{STAFF}/{made['id']}/end", json={"reason": ""})).status_code == 422
    async with stage.ctx.runtime.live.listening(stage.tenant.id, ["livestream.state"], None) as page:
        await ok(await admin.client.post(f"{STAFF}/{made['id']}/end", json=reason))
        told = msgspec.json.decode((await page.next()).data)
    assert (told["broadcast_id"], told["state"], told["reason"]) == (
        made["id"],
        "ended",
        "薬機法に反する表現",
    )
    seen = await read(viewer, made)
    assert (seen["end_why"], seen["end_reason"]) == ("forced", "薬機法に反する表現")
    assert "薬機法に反する表現" in (await stage.mails(presenter))[-1].text_body
    again = await admin.client.post(f"{STAFF}/{made['id']}/end", json=reason)
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")


@pytest.mark.req("LC-7.4.5", "AR-07")
async def test_it_ends_by_itself_unless_staff_allow_more(
    stage: Stage, presenter: Person, admin: Person, viewer: Person, clock: SteeredClock
) -> None:
    made, longer = await on_air(presenter), await on_air(await stage.host("夏美"))
    await ok(await admin.client.put(f"{STAFF}/{longer['id']}/limit", json={"minutes": 600}))
    for broadcast in (made, longer):
        await media.publisher_arrived(stage.ctx, id_of(broadcast))
    clock.advance(timedelta(minutes=479))
    await end_overdue(stage.ctx)
    assert await state(stage, made) == "live"
    clock.advance(timedelta(minutes=1))
    await end_overdue(stage.ctx)
    assert (await state(stage, made), await state(stage, longer)) == ("ended", "live")
    assert (
        await stage.value("SELECT end_why FROM livestream_broadcast WHERE id = $1", id_of(made))
        == "max_duration"
    )
    assert "上限" in (await stage.mails(presenter))[-1].text_body
    clock.advance(timedelta(minutes=120))
    await end_overdue(stage.ctx)
    assert await state(stage, longer) == "ended"


@pytest.mark.req("AR-07")
async def test_midnight_divides_nothing(
    stage: Stage, presenter: Person, viewer: Person, clock: SteeredClock
) -> None:
    made = await on_air(presenter)
    to_midnight = timedelta(hours=7)
    clock.advance(to_midnight)
    async with stage.ctx.begin() as tx:
        ended = await end.end(stage.ctx, tx, id_of(made))
    assert ended.started_at is not None
    assert ended.ended_at is not None
    assert round((ended.ended_at - ended.started_at) / to_midnight, 2) == 1
    month = await ok(
        await viewer.client.get(
            f"{API}/calendar", params={"month": f"{began(stage, ended.started_at):%Y-%m}"}
        )
    )
    days = [day["on"] for day in month["days"] if day["items"]]
    assert days == [f"{began(stage, ended.started_at):%Y-%m-%d}"]


def began(stage: Stage, at: datetime) -> datetime:
    return at.astimezone(stage.tenant.zone)


async def state(stage: Stage, broadcast: Json) -> object:
    return await stage.value("SELECT state FROM livestream_broadcast WHERE id = $1", id_of(broadcast))


async def column(ctx: TenantCtx, broadcast: Json, name: str) -> object:
    async with ctx.read() as tx:
        return await tx.value(f"SELECT {name} FROM livestream_broadcast WHERE id = $1", id_of(broadcast))


async def test_a_publisher_that_is_lost_may_come_back(
    stage: Stage, presenter: Person, clock: SteeredClock
) -> None:
    made = await planned(presenter)
    assert await media.publisher_arrived(stage.ctx, id_of(made)) is True
    await ok(await act(presenter, made, "start"))
    assert await column(stage.ctx, made, "lost_at") is None
    await media.publisher_lost(stage.ctx, id_of(made))
    assert await column(stage.ctx, made, "lost_at") is not None
    clock.advance(timedelta(minutes=9))
    await end_overdue(stage.ctx)
    assert await media.publisher_arrived(stage.ctx, id_of(made)) is True
    clock.advance(timedelta(minutes=9))
    await end_overdue(stage.ctx)
    assert await state(stage, made) == "live"
    await media.publisher_lost(stage.ctx, id_of(made))
    clock.advance(timedelta(minutes=11))
    await end_overdue(stage.ctx)
    assert await column(stage.ctx, made, "end_why") == "lost"
    assert await media.publisher_arrived(stage.ctx, id_of(made)) is False


async def test_who_starts_without_a_picture_has_the_same_time(
    stage: Stage, presenter: Person, clock: SteeredClock
) -> None:
    made = await on_air(presenter)
    clock.advance(timedelta(minutes=9))
    await end_overdue(stage.ctx)
    assert await state(stage, made) == "live"
    clock.advance(timedelta(minutes=2))
    await end_overdue(stage.ctx)
    assert await state(stage, made) == "ended"


async def test_a_pause_may_last_without_a_picture(
    stage: Stage, presenter: Person, clock: SteeredClock
) -> None:
    made = await on_air(presenter)
    await media.publisher_arrived(stage.ctx, id_of(made))
    await ok(await act(presenter, made, "pause"))
    await media.publisher_lost(stage.ctx, id_of(made))
    clock.advance(timedelta(hours=1))
    await end_overdue(stage.ctx)
    assert await state(stage, made) == "paused"
    await ok(await act(presenter, made, "resume"))
    assert await column(stage.ctx, made, "lost_at") is not None


@pytest.mark.req("LC-2.1.3")
async def test_numbers_of_viewers_are_told_and_kept(stage: Stage, presenter: Person, viewer: Person) -> None:
    made = await on_air(presenter)
    async with stage.ctx.runtime.live.listening(stage.tenant.id, ["livestream.numbers"], None) as page:
        await media.note_audience(stage.ctx, id_of(made), Presence(7, 7, 9))
        told = msgspec.json.decode((await page.next()).data)
    assert told == {"broadcast_id": made["id"], "viewers": 7}
    await media.note_audience(stage.ctx, id_of(made), Presence(3, 3, 12))
    seen = await read(viewer, made)
    assert (seen["viewers_now"], seen["viewers_peak"], seen["viewers_total"]) == (3, 7, 12)
    await ok(await act(presenter, made, "end"))
    await media.note_audience(stage.ctx, id_of(made), Presence(50, 50, 50))
    seen = await read(viewer, made)
    assert (seen["viewers_now"], seen["viewers_peak"], seen["viewers_total"]) == (0, 7, 12)


async def test_a_rehearsal_is_for_staff_only(
    stage: Stage, presenter: Person, viewer: Person, admin: Person
) -> None:
    made = await planned(presenter, scheduled_for="2031-01-02T20:00:00+09:00")
    url = f"{API}/studio/broadcasts/{made['id']}/rehearsal"
    assert (await ok(await presenter.client.put(url, json={"on": True})))["rehearsing_since"] is not None
    assert [(await read(person, made))["may_watch"] for person in (viewer, presenter, admin)] == [
        False,
        True,
        True,
    ]
    started = await ok(await act(presenter, made, "start"))
    assert started["rehearsing_since"] is None
    assert (await read(viewer, made))["may_watch"] is True
    assert (await presenter.client.put(url, json={"on": True})).status_code == 409
