"""The broadcaster's first page and the form of a broadcast, by plain HTTP."""

from __future__ import annotations

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest

from nakamise.testing.people import Person
from nakamise_livestream.archive import noting
from tests.plugins.livestream.stage import API, Stage, act, apply, id_of, ok, on_air, planned

HOME = "/livestream/studio"


async def read(person: Person, path: str) -> str:
    answer = await person.client.get(path, headers={"accept-language": "ja"})
    assert answer.status_code == 200, answer.text
    return answer.text


async def post(person: Person, path: str, **fields: object) -> httpx.Response:
    return await person.client.post(path, data=fields, headers={"accept-language": "ja"})


@pytest.mark.req("LC-7.1.1", "LC-7.1.3", "LC-0.30")
async def test_the_first_page_says_how_it_stands_and_what_is_next(stage: Stage, presenter: Person) -> None:
    waiting = await stage.person("待つ人")
    assert (await waiting.client.get(HOME)).headers["location"].endswith("/livestream/apply")
    await ok(await apply(waiting))
    assert "審査結果をお待ちください" in await read(waiting, HOME)
    before = await read(presenter, HOME)
    assert "承認済み" in before
    assert "配信の準備" in before
    assert 'href="/livestream/studio/new"' in before
    made = await planned(presenter)
    assert re.search(r"5件中[12]件完了", await read(presenter, HOME))
    assert f"{HOME}/{made['id']}/edit" in await read(presenter, f"{HOME}?state=scheduled")


@pytest.mark.req("LC-7.4.1", "LC-7.4.2", "LC-7.3.1")
async def test_a_broadcast_is_planned_changed_and_cancelled(stage: Stage, presenter: Person) -> None:
    wall = (stage.ctx.now() + timedelta(days=3)).astimezone(ZoneInfo("Asia/Tokyo"))
    fields = {
        "title": "😀" * 100,
        "description": "一\r\n" * 166 + "了了",
        "scheduled_for": f"{wall:%Y-%m-%dT%H:%M}",
    }
    too_long = await post(presenter, f"{HOME}/new", **{**fields, "title": "あ" * 101})
    assert too_long.status_code == 422
    too_much = await post(presenter, f"{HOME}/new", **{**fields, "description": "あ" * 501})
    assert too_much.status_code == 422
    assert "500" in too_much.text
    made = await post(presenter, f"{HOME}/new", **fields, is_sponsored="1", sponsor="花音")
    assert made.status_code == 303, made.text
    edit = re.sub(r"^https?://[^/]+", "", made.headers["location"])
    page = await read(presenter, edit)
    assert f'value="{wall:%Y-%m-%dT%H:%M}"' in page
    broadcast = await ok(await presenter.client.get(f"{API}/studio/broadcasts/{edit.split('/')[3]}"))
    assert (broadcast["is_sponsored"], broadcast["sponsor"]) == (True, "花音")
    assert len(broadcast["description"]) == 334
    stale = await post(presenter, edit, title="新しい題", scheduled_for=fields["scheduled_for"], version="0")
    assert stale.status_code == 303
    await post(
        presenter,
        edit,
        title="新しい題",
        scheduled_for=fields["scheduled_for"],
        version=str(broadcast["version"]),
    )
    after = await ok(await presenter.client.get(f"{API}/studio/broadcasts/{broadcast['id']}"))
    assert (after["title"], after["scheduled_for"]) == ("新しい題", broadcast["scheduled_for"])
    assert after["is_sponsored"] is False
    gone = await post(presenter, edit.replace("/edit", "/cancel"), reason="体調不良のため")
    assert gone.status_code == 303
    assert "中止" in await read(presenter, f"{HOME}?state=cancelled")
    assert "変更できません" in await read(presenter, edit)


@pytest.mark.req("GL-09")
async def test_a_moderator_who_is_no_host_has_a_page(stage: Stage, presenter: Person, viewer: Person) -> None:
    made = await planned(presenter, scheduled_for=(stage.ctx.now() + timedelta(days=1)).isoformat())
    path = f"{HOME}/{made['id']}"
    assert (await viewer.client.get(f"{path}/moderate")).status_code == 404
    added = await post(presenter, f"{path}/moderators", email=viewer.email)
    assert added.status_code == 303, added.text
    assert "data-lines" in await read(viewer, f"{path}/moderate")
    assert (await viewer.client.get(path)).status_code == 404


@pytest.mark.req("LC-7.4.4", "GA-09")
async def test_a_start_is_held_until_everything_is_there_or_waived(
    stage: Stage, presenter: Person, goods: list[str]
) -> None:
    made = await planned(presenter)
    body = {"product_ids": goods}
    await ok(await presenter.client.put(f"{API}/studio/broadcasts/{made['id']}/products", json=body))
    held = await act(presenter, made, "start", check="passed")
    assert (held.status_code, held.json()["code"]) == (409, "not_ready")
    assert "決済方法がありません" in await read(presenter, f"{HOME}/{made['id']}")
    await ok(await act(presenter, made, "start", check="waived"))
    sql = "SELECT detail ->> 'check' FROM core_audit WHERE subject = $1 AND act = 'livestream.broadcast.started'"
    assert await stage.value(sql, made["id"]) == "waived"


@pytest.mark.req("GA-12")
async def test_whoever_presents_a_product_has_its_variants_and_notes_at_hand(
    stage: Stage, presenter: Person, viewer: Person, goods: list[str]
) -> None:
    made = await planned(presenter)
    shown = f"{HOME}/{made['id']}/products/{goods[0]}"
    assert (await presenter.client.get(shown)).status_code == 404
    await ok(
        await presenter.client.put(
            f"{API}/studio/broadcasts/{made['id']}/products", json={"product_ids": goods[:1]}
        )
    )
    item = {"title": "口紅", "product_id": goods[0], "points": "朝も使えます。"}
    await ok(
        await presenter.client.put(f"{API}/studio/broadcasts/{made['id']}/run-sheet", json={"items": [item]})
    )
    found = await read(presenter, shown)
    for words in ("朝も使えます。", "¥1,980", "残り10点"):
        assert words in found
    assert (await viewer.client.get(shown)).status_code == 404
    await post(presenter, f"{HOME}/{made['id']}/moderators", email=viewer.email)
    assert "残り10点" in await read(viewer, shown)


@pytest.mark.req("GL-03")
async def test_the_host_is_told_of_trouble_with_the_recording(stage: Stage, presenter: Person) -> None:
    made = await on_air(presenter)
    path = f"{HOME}/{made['id']}"
    assert '"recording_trouble": ""' in await read(presenter, path)
    body = {"on": False}
    await ok(await presenter.client.put(f"{API}/studio/broadcasts/{made['id']}/archive", json=body))
    assert await noting.lost(stage.ctx, id_of(made), stage.ctx.now(), "full", 4_000_000)
    page = await read(presenter, path)
    assert '"recording_trouble": "full"' in page
    assert re.search(r"data-publish(?! checked)", page)
