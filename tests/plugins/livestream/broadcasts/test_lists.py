"""Lists: what everybody sees, what a host sees, what staff see; the calendar."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from nakamise.contracts.live import LiveReports
from nakamise.db import Tx
from nakamise.plugin import Presence
from nakamise.testing.author_fixtures import Fake
from nakamise.testing.people import Person
from nakamise_livestream.broadcasts import on_air as media
from tests.plugins.livestream.stage import API, Json, Stage, act, id_of, in_, ok, on_air, planned


async def listed(person: Person, **query: object) -> Json:
    found: Json = await ok(
        await person.client.get(f"{API}/broadcasts", params={k: str(v) for k, v in query.items()})
    )
    return found


def titles(found: Json) -> list[Any]:
    return [one["title"] for one in found["items"]]


@pytest.fixture
async def programme(stage: Stage, admin: Person) -> dict[str, Person]:
    """Three hosts: two on the air, one with two announced, one that is over and one that nobody may see."""
    (category,) = await ok(
        await admin.client.post(f"{API}/staff/categories", json={"slug": "lip", "name": "リップ"})
    )
    hosts = {name: await stage.host(name) for name in ("春香", "夏美", "秋子")}
    few = await on_air(hosts["春香"], title="少ない", category_id=category["id"])
    many = await on_air(hosts["夏美"], title="多い")
    await media.note_audience(stage.ctx, id_of(few), Presence(2, 2))
    await media.note_audience(stage.ctx, id_of(many), Presence(90, 90))
    await ok(await act(hosts["夏美"], many, "pause"))
    await planned(hosts["秋子"], title="明後日", scheduled_for=in_(stage.ctx, days=2))
    await planned(
        hosts["秋子"], title="明日", scheduled_for=in_(stage.ctx, days=1), category_id=category["id"]
    )
    await planned(hosts["秋子"], title="秘密")
    over = await on_air(hosts["秋子"], title="昔")
    await ok(await act(hosts["秋子"], over, "end"))
    return hosts


@pytest.mark.req("LC-2.1.1", "LC-2.1.2")
@pytest.mark.usefixtures("programme")
async def test_everybody_sees_what_is_public_in_order(stage: Stage) -> None:
    guest = Person(stage.tenant, stage.client_for(stage.tenant), stage.ctx)
    found = await listed(guest)
    assert titles(found) == ["多い", "少ない", "明日", "明後日", "昔"]
    assert (found["counts"], found["total"]) == ({"live": 2, "scheduled": 2, "ended": 1}, 5)
    assert titles(await listed(guest, status="live")) == ["多い", "少ない"]
    assert titles(await listed(guest, status="scheduled")) == ["明日", "明後日"]
    assert titles(await listed(guest, status="ended")) == ["昔"]
    past = await listed(guest, status="live", page=2)
    assert (past["items"], past["total"], past["page"]) == ([], 2, 2)


@pytest.mark.req("LC-2.1.2", "LC-2.1.3")
async def test_the_list_is_narrowed(stage: Stage, viewer: Person, programme: dict[str, Person]) -> None:
    lip = await listed(viewer, category="lip")
    assert (titles(lip), lip["counts"]) == (["少ない", "明日"], {"live": 1, "scheduled": 1, "ended": 0})
    assert titles(await listed(viewer, q="夏美")) == ["多い"]
    one = lip["items"][0]
    assert (one["broadcaster_name"], one["category_name"], one["viewers_now"]) == ("春香", "リップ", 2)
    assert titles(await listed(viewer, broadcaster=one["broadcaster_id"])) == ["少ない"]


@pytest.mark.req("LC-7.3.1")
async def test_a_host_sees_everything_of_their_own(stage: Stage, programme: dict[str, Person]) -> None:
    url = f"{API}/studio/broadcasts"
    found = await ok(await programme["秋子"].client.get(url))
    assert titles(found) == ["明日", "明後日", "秘密", "昔"]
    assert found["counts"] == {"scheduled": 3, "ended": 1}
    ended = await ok(await programme["秋子"].client.get(url, params={"state": "ended"}))
    assert (titles(ended), ended["total"]) == (["昔"], 1)


@pytest.mark.req("LC-9.6.1")
async def test_staff_watch_over_all(
    stage: Stage, admin: Person, viewer: Person, programme: dict[str, Person]
) -> None:
    url = f"{API}/staff/broadcasts"
    assert (await viewer.client.get(url)).status_code == 403
    found = await ok(await admin.client.get(url))
    assert titles(found)[:2] == ["少ない", "多い"]
    assert found["counts"] == {"live": 1, "paused": 1, "scheduled": 3, "ended": 1}
    lost = await ok(await admin.client.get(url, params={"lost": "true"}))
    assert titles(lost) == ["少ない"]
    await media.publisher_arrived(stage.ctx, id_of(lost["items"][0]))
    assert (await ok(await admin.client.get(url, params={"lost": "true"})))["total"] == 0


class Reported:
    """What a plugin for moderation will say."""

    def __init__(self, counts: Mapping[uuid.UUID, int]) -> None:
        self._counts = counts

    async def open_counts(self, tx: Tx, broadcast_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, int]:
        return {id_: number for id_, number in self._counts.items() if id_ in broadcast_ids}


@pytest.mark.req("LC-9.6.1")
async def test_staff_see_what_is_reported_where_something_can_be(
    stage: Stage, presenter: Person, admin: Person, fake: Fake
) -> None:
    made = await on_air(presenter, title="通報された配信")

    async def column() -> list[str]:
        page = await admin.client.get("/admin/livestream?state=live", headers={"accept-language": "ja"})
        return re.findall(r'data-label="通報"[^>]*>(.*?)</td>', page.text)

    assert await column() == []
    fake(LiveReports, Reported({}))
    assert await column() == ["0"]
    fake(LiveReports, Reported({id_of(made): 3}))
    [cell] = await column()
    assert re.sub("<[^>]+>", "", cell) == "3"


@pytest.mark.req("GA-40")
async def test_the_calendar_has_every_day_of_the_month(stage: Stage, viewer: Person) -> None:
    host = await stage.host("春香")
    await planned(host, title="元日", scheduled_for="2031-01-01T00:00:00+09:00")
    await planned(host, title="大晦日", scheduled_for="2030-12-31T23:59:00+09:00")
    found = await ok(await viewer.client.get(f"{API}/calendar", params={"month": "2031-01"}))
    assert (len(found["days"]), found["before"], found["after"]) == (31, "2030-12", "2031-02")
    assert {day["on"]: [one["title"] for one in day["items"]] for day in found["days"] if day["items"]} == {
        "2031-01-01": ["元日"]
    }
    assert (await viewer.client.get(f"{API}/calendar", params={"month": "2031-13"})).status_code == 422
    me = await ok(await host.client.get(f"{API}/broadcaster"))
    query = {"month": "2030-12", "broadcaster": me["id"]}
    december = await ok(await viewer.client.get(f"{API}/calendar", params=query))
    assert [len(day["items"]) for day in december["days"]] == [0] * 30 + [1]
