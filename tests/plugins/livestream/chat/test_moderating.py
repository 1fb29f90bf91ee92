"""Taking lines away, pinning, muting and banning: by whom, and who is told."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from nakamise.rooms.event import View
from nakamise.testing.clock import SteeredClock
from nakamise.testing.people import Person
from tests.plugins.livestream.chat.talk import chat, chat_url, in_room, penalise, remove, said, say, texts
from tests.plugins.livestream.stage import API, Json, Stage, ok, on_air

STAFF = View("ja", staff=True)


async def moderator_of(stage: Stage, presenter: Person, broadcast: Json) -> Person:
    person = await stage.person("モデレーター")
    url = f"{API}/studio/broadcasts/{broadcast['id']}/moderators"
    await ok(await presenter.client.post(url, json={"user_id": str(person.id)}))
    return person


@pytest.mark.req("LC-2.3.3", "GL-09")
@pytest.mark.parametrize("who", ["author", "host", "moderator", "staff"])
async def test_a_removed_line_is_gone_for_all_and_marked_for_moderators(
    stage: Stage, presenter: Person, viewer: Person, admin: Person, who: str
) -> None:
    made = await on_air(presenter)
    moderator = await moderator_of(stage, presenter, made)
    actor = {"author": viewer, "host": presenter, "moderator": moderator, "staff": admin}[who]
    line = await said(viewer, made, "消える")
    async with in_room(stage, made) as public, in_room(stage, made, STAFF) as inner:
        assert (await remove(actor, made, line)).status_code == 204
        assert (await remove(actor, made, line)).status_code == 204, "again: nothing happens"
        assert (await public.of("chat.removed"))[0].data == {"id": line["id"]}
        heard = (await inner.of("chat.removed_by"))[0].data
        await said(presenter, made, "次")
        await public.of("chat")
        assert not [one for one in public.heard if one.name == "chat.removed_by"]
    assert await texts(viewer, made) == ["次"]
    marked = (await chat(presenter, made))["lines"][0]
    assert marked["text"] == "消える"
    assert marked["deleted"] == heard["deleted"]
    assert (heard["deleted"]["role"], heard["deleted"]["by"]) == (who, actor.actor.display_name)
    assert (await stage.acts(made["id"])).count("livestream.broadcast.comment_removed") == 1


async def test_nobody_else_takes_a_line_away(stage: Stage, presenter: Person, viewer: Person) -> None:
    made, other = await on_air(presenter), await on_air(await stage.host("別の人"))
    neighbour = await stage.person("隣の人")
    line = await said(viewer, made, "残る")
    assert (await remove(neighbour, made, line)).status_code == 403
    assert (await remove(viewer, other, line)).status_code == 404
    assert (await remove(viewer, made, {"id": str(uuid.uuid4())})).status_code == 404
    assert await texts(neighbour, made) == ["残る"]


@pytest.mark.req("GL-09")
async def test_one_line_is_pinned_and_goes_when_it_is_removed(
    stage: Stage, presenter: Person, viewer: Person
) -> None:
    made = await on_air(presenter)
    line, other = await said(viewer, made, "送料は?"), await said(presenter, made, "無料です")
    url = chat_url(made, "/pinned")
    assert (await viewer.client.put(url, json={"comment_id": line["id"]})).status_code == 403
    async with in_room(stage, made) as ears:
        await ok(await presenter.client.put(url, json={"comment_id": line["id"]}))
        await ok(await presenter.client.put(url, json={"comment_id": other["id"]}))
        assert (await chat(viewer, made))["pinned"] == other
        await remove(presenter, made, other)
        heard = [one.data["line"] for one in await ears.of("chat.pinned", 3)]
        assert heard == [line, other, None]
    assert (await chat(viewer, made))["pinned"] is None
    assert (await presenter.client.put(url, json={"comment_id": other["id"]})).status_code == 404
    assert await ok(await presenter.client.put(url, json={"comment_id": None})) == {"line": None}


@pytest.mark.req("GL-09")
async def test_whoever_is_muted_may_speak_again_later_and_is_told(
    stage: Stage, presenter: Person, viewer: Person, clock: SteeredClock
) -> None:
    made = await on_air(presenter)
    clock.freeze(stage.ctx.now())
    line = await said(viewer, made, "うるさい")
    mine = View("ja", user_id=viewer.id)
    async with in_room(stage, made, mine) as ears, in_room(stage, made) as others:
        [penalty] = await ok(await penalise(presenter, made, line, "mute", minutes=5))
        assert (penalty["user_id"], penalty["is_banned"]) == (str(viewer.id), False)
        assert (await ears.of("chat.standing"))[0].data["why"] == "muted"
        await said(presenter, made, "静かに")
        await others.of("chat")
        assert not [one for one in others.heard if one.name == "chat.standing"]
    assert (await say(viewer, made, "なぜ")).json()["code"] == "muted"
    assert (await chat(viewer, made))["standing"]["why"] == "muted"
    clock.advance(timedelta(minutes=5))
    await said(viewer, made, "すみません")
    assert await ok(await presenter.client.get(chat_url(made, "/penalties"))) == []


@pytest.mark.req("GL-09")
async def test_whoever_is_banned_stays_out_of_this_broadcast_only(
    stage: Stage, presenter: Person, viewer: Person
) -> None:
    made, other = await on_air(presenter), await on_air(await stage.host("別の人"))
    moderator = await moderator_of(stage, presenter, made)
    line = await said(viewer, made, "x")
    assert (await penalise(viewer, made, line, "ban")).status_code == 403
    await ok(await penalise(moderator, made, line, "ban"))
    assert (await say(viewer, made, "y")).json()["code"] == "banned"
    await said(viewer, other, "ここでは話せる")
    url = chat_url(made, f"/penalties/{viewer.id}")
    assert await ok(await presenter.client.put(url, json={"kind": "none"})) == []
    await said(viewer, made, "許された")
    word = await said(moderator, made, "私は")
    assert (await penalise(presenter, made, word, "ban")).json()["code"] == "moderates"


@pytest.mark.req("GL-09")
async def test_staff_and_strangers_cannot_be_banned(
    stage: Stage, presenter: Person, viewer: Person, admin: Person
) -> None:
    made = await on_air(presenter)
    moderator = await moderator_of(stage, presenter, made)
    word = await said(admin, made, "運営です")
    assert (await penalise(moderator, made, word, "ban")).json()["code"] == "moderates"
    url = chat_url(made, f"/penalties/{uuid.uuid4()}")
    assert (await moderator.client.put(url, json={"kind": "ban"})).status_code == 404
    await said(admin, made, "まだ話せる")
