"""What stays: the log, minutes, CSV, replay, and what is forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest

from nakamise.testing.clock import SteeredClock
from nakamise.testing.people import Person
from nakamise_livestream import privacy
from nakamise_livestream.chat import lines, logbook
from nakamise_livestream.chat.curve import curve
from nakamise_livestream.chat.minutes import note_minutes
from nakamise_livestream.chat.schemas import Minute
from tests.plugins.livestream.chat.talk import chat, chat_url, in_room, remove, said, texts
from tests.plugins.livestream.stage import API, Stage, act, ok, on_air


async def test_going_back_and_replay_bring_every_line_once(
    stage: Stage, presenter: Person, viewer: Person, clock: SteeredClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "PAGE", 3)
    made = await on_air(presenter)
    clock.freeze(stage.ctx.now())
    start = stage.ctx.now()
    for n in range(8):
        clock.advance(timedelta(seconds=10))
        await said(viewer, made, str(n))
    found = (await chat(viewer, made))["lines"]
    while (
        len(more := await ok(await viewer.client.get(chat_url(made, f"/lines?before={found[0]['id']}")))) > 0
    ):
        found = [*more, *found]
    assert [line["text"] for line in found] == [str(n) for n in range(8)]
    span = [quote((start + timedelta(seconds=seconds)).isoformat()) for seconds in (20, 50)]
    replayed = await ok(await viewer.client.get(chat_url(made, f"/replay?from={span[0]}&to={span[1]}")))
    assert [line["text"] for line in replayed] == ["1", "2", "3"]


@pytest.mark.req("GL-34", "GA-35")
async def test_the_log_is_a_file_with_everything_in_the_tenants_time(
    stage: Stage, presenter: Person, viewer: Person, clock: SteeredClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logbook, "PIECE", 2)
    made = await on_air(presenter)
    for text in ("=SUM(A1)", "二つ", "三つ"):
        await said(viewer, made, text)
    await remove(presenter, made, await said(viewer, made, "四つ"))
    url = chat_url(made, "/log.csv")
    assert (await viewer.client.get(url)).status_code == 403
    answer = await presenter.client.get(url, headers={"Accept-Language": "ja"})
    assert answer.headers["content-type"].startswith("text/csv")
    head, *rows = answer.text.splitlines()
    assert head.startswith('\ufeff"日時","開始からの秒数","名前"')
    assert [row.split('","')[4] for row in rows] == ["'=SUM(A1)", "二つ", "三つ", "四つ"]
    local = f"{stage.ctx.now().astimezone(stage.tenant.zone):%Y-%m-%d}"
    assert rows[0].startswith(f'"{local}')
    assert rows[3].rstrip('"').endswith("春香")


@pytest.mark.req("GL-34", "GA-05")
async def test_viewers_and_comments_are_kept_for_each_minute(
    stage: Stage, presenter: Person, viewer: Person, admin: Person, clock: SteeredClock
) -> None:
    made = await on_air(presenter)
    clock.freeze(stage.ctx.now().replace(second=0, microsecond=0) + timedelta(minutes=1))
    first = stage.ctx.now()
    async with in_room(stage, made) as ears:
        await ears.presence(now=1, peak=1, unique=1)
        await ok(await viewer.client.post(f"{API}/broadcasts/{made['id']}/reactions", json={"n": 2}))
        await ears.of("reactions")
        for text in "ab":
            await said(viewer, made, text)
        await note_minutes(stage.ctx)
        clock.advance(timedelta(minutes=2))
        await said(viewer, made, "c")
        await note_minutes(stage.ctx)
    found = await ok(await presenter.client.get(chat_url(made, "/minutes")))
    assert [(one["viewers"], one["peak"], one["reactions"], one["comments"]) for one in found] == [
        (1, 1, 2, 2),
        (1, 1, 2, 1),
    ]
    assert found[0]["minute"] == first.isoformat().replace("+00:00", "Z")
    assert (await viewer.client.get(chat_url(made, "/minutes"))).status_code == 403
    answer = await presenter.client.get(chat_url(made, "/minutes.csv"))
    assert len(answer.text.splitlines()) == 3
    await ok(await act(presenter, made, "end"))
    label = f"{first.astimezone(stage.tenant.zone):%H:%M}"
    for person, path in ((presenter, "/livestream/studio"), (admin, "/admin/livestream/broadcasts")):
        page = await person.client.get(f"{path}/{made['id']}", headers={"Accept-Language": "ja"})
        assert f"<title>{label}: 2</title>" in page.text
        for file in ("log.csv", "minutes.csv"):
            assert chat_url(made, f"/{file}") in page.text
            assert (await person.client.get(chat_url(made, f"/{file}"))).status_code == 200


@pytest.mark.parametrize(("count", "points", "step"), [(0, 0, 1), (60, 60, 1), (61, 31, 2), (480, 60, 8)])
def test_a_long_evening_is_drawn_with_few_points_and_nothing_is_lost(
    count: int, points: int, step: int
) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    minutes = [
        Minute(
            minute=start + timedelta(minutes=n), viewers=n, peak=n, visitors=n, reactions=0, comments=n % 7
        )
        for n in range(count)
    ]
    found = curve(minutes, ZoneInfo("Asia/Tokyo"))
    assert (len(found.viewers), len(found.comments), found.step) == (points, points, step)
    assert sum(n for _, n in found.comments) == sum(n % 7 for n in range(count))
    assert max((n for _, n in found.viewers), default=count - 1) == count - 1
    assert [label for label, _ in found.viewers[:1]] == ["09:00"][:points]


@pytest.mark.req("LC-2.3.3")
async def test_what_somebody_said_is_copied_for_them_and_forgotten(
    stage: Stage, presenter: Person, viewer: Person
) -> None:
    made = await on_air(presenter)
    await said(viewer, made, "私の言葉")
    await said(presenter, made, "答え")
    await ok(await act(presenter, made, "end"))
    async with stage.ctx.read() as tx:
        copy = await privacy.export(stage.ctx, tx, viewer.id)
    assert copy is not None
    assert [comment.text for comment in copy.comments] == ["私の言葉"]
    async with stage.ctx.begin() as tx:
        assert await privacy.erase(stage.ctx, tx, viewer.id) >= 1
    assert await texts(viewer, made) == ["答え"]
    forgotten = (await chat(presenter, made))["lines"][0]
    assert (forgotten["name"], forgotten["text"]) == ("-", "-")
