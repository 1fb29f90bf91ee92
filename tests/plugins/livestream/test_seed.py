"""A tenant filled from a blueprint: once, and again without touching what people changed."""

from __future__ import annotations

import itertools
import tomllib
import uuid
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from nakamise.testing.clock import SteeredClock
from nakamise_livestream import seed
from tests.plugins.livestream.stage import API, Stage, ok

TENANTS = Path(__file__).parents[3] / "tenants"
TEXT = """
[[categories]]
slug = "lip"
name = "リップ"

[[broadcasters]]
email = "{email}"
name = "あやか"
bio = "美容部員"

[[broadcasts]]
slug = "friday"
broadcaster = "{email}"
title = "金曜コスメ"
category = "lip"
weekday = 5
time = "20:00"
"""


class Words:
    """A blueprint without pictures."""

    def __init__(self, text: str) -> None:
        self._data = tomllib.loads(text)

    def data(self, plugin_id: str) -> dict[str, Any]:
        return self._data if plugin_id == "livestream" else {}

    def file(self, relative: str) -> Path:
        raise ValueError(relative)

    async def picture(self, relative: str) -> str:
        raise ValueError(relative)


@pytest.mark.req("GA-16")
async def test_filled_once(stage: Stage) -> None:
    person = await stage.person("あやか")
    for _ in range(2):
        await seed.seed(stage.ctx, Words(TEXT.format(email=person.email)))
    me = await ok(await person.client.get(f"{API}/broadcaster"))
    assert (me["state"], me["name"]) == ("approved", "あやか")
    found = await ok(await person.client.get(f"{API}/broadcasts"))
    assert [(one["title"], one["category_name"]) for one in found["items"]] == [("金曜コスメ", "リップ")] * 4
    moments = [datetime.fromisoformat(one["scheduled_for"]) for one in found["items"]]
    assert [after - before for before, after in itertools.pairwise(moments)] == [timedelta(weeks=1)] * 3
    local = moments[0].astimezone(stage.tenant.zone)
    assert (local.isoweekday(), f"{local:%H:%M}") == (5, "20:00")


async def test_somebody_who_is_no_user_is_named(stage: Stage) -> None:
    with pytest.raises(ValueError, match=r"nobody@example\.com"):
        await seed.seed(stage.ctx, Words(TEXT.format(email="nobody@example.com")))


def test_the_next_such_day(stage: Stage, clock: SteeredClock) -> None:
    clock.freeze(datetime(2031, 1, 3, 10, 59, tzinfo=UTC))  # a Friday, 19:59 in Tokyo
    assert seed.next_at(stage.ctx, 5, time(20)) == datetime(2031, 1, 3, 11, tzinfo=UTC)
    clock.advance(timedelta(minutes=1))
    assert seed.next_at(stage.ctx, 5, time(20)) == datetime(2031, 1, 10, 11, tzinfo=UTC)
    assert seed.next_at(stage.ctx, 4, time(9)) == datetime(2031, 1, 9, 0, tzinfo=UTC)


class Demo(Words):
    """A demo shop's file; a picture is only looked for."""

    def __init__(self, slug: str) -> None:
        super().__init__((TENANTS / slug / "livestream.toml").read_text(encoding="utf-8"))
        self._folder = TENANTS / slug

    async def picture(self, relative: str) -> str:
        assert (self._folder / relative).is_file(), relative
        return str(uuid.uuid4())


def _rows(demo: Demo) -> list[dict[str, Any]]:
    data = demo.data("livestream")
    return [*data["broadcasts"], *data["past"]]


@pytest.mark.parametrize("slug", ["kanon", "gear"])
async def test_the_demo_s_shops_broadcast_soon_and_every_week(stage: Stage, slug: str) -> None:
    demo = Demo(slug)
    goods = tomllib.loads((TENANTS / slug / "shop.toml").read_text(encoding="utf-8"))["products"]
    shown = {name for row in _rows(demo) for name in row.get("products", [])}
    assert shown <= {row["name"] for row in goods}
    for row in demo.data("livestream")["broadcasters"]:
        async with stage.ctx.begin() as tx:
            await stage.ctx.runtime.auth.ensure_user(
                tx, email=row["email"], password="correct horse 2026", display_name="x", roles=()
            )
    await seed.seed(stage.ctx, demo)
    guest = stage.client_for(stage.tenant)
    found = await ok(await guest.get(f"{API}/broadcasts"))
    assert found["counts"] == {"live": 0, "scheduled": 9, "ended": len(demo.data("livestream")["past"])}
    everybody = (
        "SELECT (SELECT count(*) FROM livestream_broadcast) + (SELECT count(*) FROM livestream_comment)"
    )
    next_one = found["items"][0]
    assert timedelta(minutes=20) < datetime.fromisoformat(next_one["scheduled_for"]) - stage.ctx.now()
    assert datetime.fromisoformat(next_one["scheduled_for"]) - stage.ctx.now() <= timedelta(minutes=30)
    before = await stage.value(everybody)
    await seed.seed(stage.ctx, demo)
    assert await stage.value(everybody) == before, "applied again, nothing is there twice"
