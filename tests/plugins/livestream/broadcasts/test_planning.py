"""Making, changing and announcing broadcasts."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from nakamise.testing.clock import SteeredClock
from nakamise.testing.people import Person
from nakamise_livestream.broadcasts import cancel, reminders
from tests.plugins.livestream.stage import API, Stage, act, in_, ok, on_air, planned, read

STUDIO = f"{API}/studio/broadcasts"


@pytest.mark.req("LC-7.4.1")
@pytest.mark.parametrize(
    ("fields", "is_fine"),
    [
        ({"title": "あ" * 100, "description": "😀" * 500}, True),
        ({"title": "あ" * 101}, False),
        ({"title": ""}, False),
        ({"title": "  "}, False),
        ({"title": "x", "description": "あ" * 501}, False),
        ({"title": "x", "unknown": 1}, False),
    ],
)
async def test_limits_count_code_points(presenter: Person, fields: dict[str, object], is_fine: bool) -> None:
    answer = await presenter.client.post(STUDIO, json=fields)
    assert (answer.status_code == 201) is is_fine, answer.text


@pytest.mark.req("LC-7.4.2", "GA-36", "LC-2.1.3")
async def test_an_announced_broadcast_is_seen_by_everybody(
    stage: Stage, presenter: Person, viewer: Person
) -> None:
    made = await planned(presenter, scheduled_for="2031-01-02T20:00:00+09:00", description="初売り")
    assert made["scheduled_for"] == "2031-01-02T11:00:00Z"
    seen = await read(viewer, made)
    assert (seen["state"], seen["description"], seen["may_watch"]) == ("scheduled", "初売り", False)
    (event,) = await stage.events("livestream.scheduled.1")
    assert (event["broadcast_id"], event["before"]) == (made["id"], None)
    assert event["path"] == f"/livestream/{made['id']}"


@pytest.mark.req("LC-7.4.2")
async def test_a_time_that_is_past_or_has_no_zone_is_refused(presenter: Person) -> None:
    for when in (in_(presenter.ctx, minutes=-1), "2031-01-02T20:00:00", "morgen"):
        answer = await presenter.client.post(STUDIO, json={"title": "x", "scheduled_for": when})
        assert answer.status_code in (400, 422), when
        assert "scheduled_for" in answer.text


async def test_without_a_time_nobody_else_sees_it(presenter: Person, viewer: Person, admin: Person) -> None:
    made = await planned(presenter)
    assert (await viewer.client.get(f"{API}/broadcasts/{made['id']}")).status_code == 404
    assert (await read(presenter, made))["state"] == "scheduled"
    assert (await read(admin, made))["may_moderate"] is True
    assert (await ok(await viewer.client.get(f"{API}/broadcasts")))["total"] == 0


@pytest.mark.req("LC-7.4.2")
async def test_another_time_is_told_again_and_a_stale_change_is_not_made(
    stage: Stage, presenter: Person
) -> None:
    first, second = in_(presenter.ctx, hours=1), in_(presenter.ctx, hours=2)
    made = await planned(presenter, scheduled_for=first)
    change = {"title": "変更後", "scheduled_for": second, "version": made["version"]}
    after = await ok(await presenter.client.put(f"{STUDIO}/{made['id']}", json=change))
    assert (after["title"], after["version"]) == ("変更後", 2)
    stale = await presenter.client.put(f"{STUDIO}/{made['id']}", json=change)
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    events = await stage.events("livestream.scheduled.1")
    assert [event["before"] is None for event in events] == [True, False]


async def test_on_the_air_the_words_can_change_and_the_time_cannot(presenter: Person, viewer: Person) -> None:
    made = await on_air(presenter)
    change = {"title": "もっと安く", "version": made["version"]}
    await ok(await presenter.client.put(f"{STUDIO}/{made['id']}", json=change))
    assert (await read(viewer, made))["title"] == "もっと安く"
    late = change | {"scheduled_for": in_(presenter.ctx, hours=1), "version": made["version"] + 1}
    assert (await presenter.client.put(f"{STUDIO}/{made['id']}", json=late)).status_code == 422


@pytest.mark.req("LC-7.4.2")
async def test_cancelling_tells_who_wanted_to_come(stage: Stage, presenter: Person, viewer: Person) -> None:
    made = await planned(presenter, scheduled_for=in_(presenter.ctx, hours=1))
    await ok(await viewer.client.put(f"{API}/broadcasts/{made['id']}/reminder"))
    await ok(await act(presenter, made, "cancel", reason="発熱のため"))
    assert (await read(viewer, made))["state"] == "cancelled"
    assert "発熱のため" in (await stage.mails(viewer))[-1].text_body
    (event,) = await stage.events("livestream.cancelled.1")
    assert event["reason"] == "発熱のため"
    again = await act(presenter, made, "cancel")
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")


@pytest.mark.req("LC-7.4.3")
async def test_it_does_not_start_by_itself_and_expires(
    stage: Stage, presenter: Person, viewer: Person, clock: SteeredClock
) -> None:
    made = await planned(presenter, scheduled_for=in_(presenter.ctx, minutes=30))
    clock.advance(timedelta(minutes=25))
    await reminders.remind_due(stage.ctx)
    await reminders.remind_due(stage.ctx)
    reminded = [mail for mail in await stage.mails(presenter) if made["title"] in mail.subject]
    assert len(reminded) == 1
    clock.advance(timedelta(minutes=60))
    await cancel.expire_due(stage.ctx)
    assert (await read(viewer, made))["state"] == "scheduled"
    clock.advance(timedelta(minutes=6))
    await cancel.expire_due(stage.ctx)
    assert (await read(viewer, made))["state"] == "expired"
    assert len(await stage.events("livestream.expired.1")) == 1
    late = await act(presenter, made, "start")
    assert (late.status_code, late.json()["code"]) == (409, "wrong_state")


@pytest.mark.req("GA-27")
async def test_who_asked_is_reminded_once_and_again_for_a_new_time(
    stage: Stage, presenter: Person, viewer: Person, clock: SteeredClock
) -> None:
    made = await planned(presenter, scheduled_for=in_(presenter.ctx, hours=1))
    url = f"{API}/broadcasts/{made['id']}/reminder"
    assert await ok(await viewer.client.put(url)) == {"on": True, "people": 1}
    assert await ok(await viewer.client.put(url)) == {"on": True, "people": 1}
    assert (await read(viewer, made))["has_reminder"] is True
    clock.advance(timedelta(minutes=50))
    for _ in range(2):
        await reminders.remind_due(stage.ctx)
    assert len(await stage.mails(viewer)) == 1
    change = {"title": made["title"], "scheduled_for": in_(presenter.ctx, hours=2), "version": 1}
    await ok(await presenter.client.put(f"{STUDIO}/{made['id']}", json=change))
    clock.advance(timedelta(minutes=110))
    await reminders.remind_due(stage.ctx)
    assert len(await stage.mails(viewer)) == 2
    assert await ok(await viewer.client.delete(url)) == {"on": False, "people": 0}


async def test_guests_are_asked_to_log_in_for_a_reminder(stage: Stage, presenter: Person) -> None:
    made = await planned(presenter, scheduled_for=in_(presenter.ctx, hours=1))
    guest = stage.client_for(stage.tenant)
    assert (await guest.put(f"{API}/broadcasts/{made['id']}/reminder")).status_code == 401


async def test_categories_are_a_master(
    stage: Stage, presenter: Person, admin: Person, viewer: Person
) -> None:
    staff = f"{API}/staff/categories"
    (made,) = await ok(
        await admin.client.post(staff, json={"slug": "skin", "name": "スキンケア", "name_en": "Skin"})
    )
    taken = await admin.client.post(staff, json={"slug": "skin", "name": "もう一つ"})
    assert taken.status_code == 422
    assert (await viewer.client.get(staff)).status_code == 403
    broadcast = await planned(presenter, category_id=made["id"])
    assert broadcast["category_name"] == "スキンケア"
    in_use = await admin.client.delete(f"{staff}/{made['id']}")
    assert (in_use.status_code, in_use.json()["code"]) == (409, "in_use")
    await ok(
        await admin.client.put(f"{staff}/{made['id']}", json={"slug": "skin", "name": "肌", "is_on": False})
    )
    assert await ok(await viewer.client.get(f"{API}/categories")) == []
    refused = await presenter.client.post(STUDIO, json={"title": "x", "category_id": made["id"]})
    assert refused.status_code == 422
    kept = {"title": "y", "category_id": made["id"], "version": broadcast["version"]}
    await ok(await presenter.client.put(f"{STUDIO}/{broadcast['id']}", json=kept))


@pytest.mark.req("GA-16")
async def test_a_weekly_broadcast_is_announced_weeks_ahead(stage: Stage, presenter: Person) -> None:
    first = (datetime.fromisoformat(in_(presenter.ctx, days=2))).replace(microsecond=0)
    await planned(presenter, scheduled_for=first.isoformat(), weekly=True)
    sql = "SELECT scheduled_for FROM livestream_broadcast ORDER BY scheduled_for"
    async with stage.ctx.read() as tx:
        found = await tx.values(sql)
    assert found == [first + timedelta(weeks=n) for n in range(4)]
    assert len(await stage.events("livestream.scheduled.1")) == 4
