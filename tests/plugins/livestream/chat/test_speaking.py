"""Who may say what and when, and who hears it."""

from __future__ import annotations

import asyncio
import uuid
from datetime import timedelta
from pathlib import Path

import pytest

from nakamise.rooms.hub import RoomHub
from nakamise.rooms.redis_reader import RETRY_S
from nakamise.rooms.redis_store import RedisStore
from nakamise.tenancy import switches
from nakamise.testing.author_fixtures import As
from nakamise.testing.clock import SteeredClock
from nakamise.testing.people import Person
from tests.core.rooms.redis_server import RedisServer
from tests.plugins.livestream.chat.talk import chat, chat_url, in_room, said, say, set_mode, texts
from tests.plugins.livestream.stage import API, Stage, act, in_, ok, on_air, planned


@pytest.mark.req("LC-0.4", "LC-2.3.2")
async def test_a_line_is_heard_with_author_time_and_text_and_is_in_the_log(
    stage: Stage, presenter: Person, viewer: Person
) -> None:
    made = await on_air(presenter)
    async with in_room(stage, made) as ears:
        line = await said(viewer, made, "  かわいい!\n\n<b>いくら</b>? \u202e ")
        heard = (await ears.of("chat"))[0].data
    assert heard == line
    assert (line["name"], line["role"], line["text"]) == ("視聴者", "viewer", "かわいい! <b>いくら</b>?")
    assert (await said(presenter, made, "5,000円です"))["role"] == "host"
    found = await chat(viewer, made)
    assert [(one["text"], one["mine"]) for one in found["lines"]] == [
        (line["text"], True),
        ("5,000円です", False),
    ]
    assert found["room"] == f"/rooms/livestream.broadcast/{made['id']}"
    assert found["standing"] == {"may_speak": True, "may_moderate": False, "why": "", "muted_until": None}


@pytest.mark.req("LC-2.3.1")
async def test_guests_read_and_are_asked_to_sign_in(stage: Stage, presenter: Person, as_guest: As) -> None:
    made = await on_air(presenter)
    guest = await as_guest(stage.tenant)
    assert (await chat(guest, made))["standing"]["why"] == "guest"
    assert (await say(guest, made, "こんにちは")).status_code == 401


@pytest.mark.req("LC-2.3.1")
@pytest.mark.parametrize("text", ["", " \u200b\n\t ", "\u2060\ufeff", "あ" * 201, "x" * 3_000])
async def test_nothing_and_too_much_are_refused(presenter: Person, viewer: Person, text: str) -> None:
    made = await on_air(presenter)
    answer = await say(viewer, made, text)
    assert answer.status_code in (400, 422)
    assert await texts(viewer, made) == []
    assert len((await said(viewer, made, "あ" * 200))["text"]) == 200


@pytest.mark.req("LC-2.3.5")
async def test_only_while_it_is_live(stage: Stage, presenter: Person, viewer: Person) -> None:
    made = await planned(presenter, scheduled_for=in_(stage.ctx, hours=1))
    # Two people: one alone would be told that the second heart came too soon.
    for state, person in (("scheduled", viewer), ("ended", presenter)):
        for url, body in (
            (chat_url(made, "/lines"), {"text": "早い", "key": str(uuid.uuid4())}),
            (f"{API}/broadcasts/{made['id']}/reactions", {"n": 1}),
        ):
            answer = await person.client.post(url, json=body, headers={"Accept-Language": "ja"})
            assert (answer.status_code, answer.json().get("code")) == (409, "not_live"), answer.text
            assert any("ぁ" <= letter <= "ん" for letter in answer.json()["detail"])
        assert (await chat(viewer, made))["standing"]["why"] == "not_live"
        if state == "scheduled":
            await ok(await act(presenter, made, "start"))
            await said(viewer, made, "来ました")
            await ok(await act(presenter, made, "end"))
    assert await texts(viewer, made) == ["来ました"]


async def test_the_same_line_sent_again_is_said_once(stage: Stage, presenter: Person, viewer: Person) -> None:
    made, key = await on_air(presenter), uuid.uuid4()
    async with in_room(stage, made) as ears:
        answers = await asyncio.gather(*(say(viewer, made, "一度だけ", key) for _ in range(4)))
        assert {answer.status_code for answer in answers} <= {201, 409}
        again = await ok(await say(viewer, made, "一度だけ", key))
        await said(presenter, made, "次")
        first, _ = await ears.of("chat", 2)
        assert first.data["id"] == again["id"]
    assert await texts(viewer, made) == ["一度だけ", "次"]


@pytest.mark.req("GL-09")
async def test_a_flood_is_slowed_down_and_slow_mode_more(
    presenter: Person, viewer: Person, clock: SteeredClock, stage: Stage
) -> None:
    made = await on_air(presenter)
    clock.freeze(stage.ctx.now())
    answers = await asyncio.gather(*(say(viewer, made, f"{n}") for n in range(8)))
    passed = [answer for answer in answers if answer.status_code == 201]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert (len(passed), len(refused)) == (4, 4), "sent at once they count one by one"
    assert all(1 <= int(answer.headers["retry-after"]) <= 2 for answer in refused)
    clock.advance(timedelta(seconds=60))
    await ok(await set_mode(presenter, made, slow_s=30))
    await said(viewer, made, "一つ")
    clock.advance(timedelta(seconds=29))
    answer = await say(viewer, made, "早い")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    await said(presenter, made, "司会は")
    await said(presenter, made, "待たない")
    clock.advance(timedelta(seconds=1))
    await said(viewer, made, "二つ")


async def test_a_closed_chat_is_for_moderators(stage: Stage, presenter: Person, viewer: Person) -> None:
    made = await on_air(presenter)
    assert (await set_mode(viewer, made, is_open=False)).status_code == 403
    async with in_room(stage, made) as ears:
        await ok(await set_mode(presenter, made, is_open=False))
        assert (await ears.of("chat.mode"))[0].data == {"is_open": False, "slow_s": 0}
    answer = await say(viewer, made, "?")
    assert (answer.status_code, answer.json()["code"]) == (403, "closed")
    await said(presenter, made, "お待ちください")


@pytest.mark.req("LC-2.3.7")
async def test_words_of_the_list_are_masked_or_refused_before_anybody_hears_them(
    stage: Stage, presenter: Person, viewer: Person
) -> None:
    made = await on_air(presenter)
    runtime, tenant = stage.ctx.runtime, stage.tenant.id
    await switches.configure(runtime, tenant, "livestream", {"chat_words": "バカ\nspam"})
    async with in_room(stage, made) as ears:
        line = await said(viewer, made, "この ば・か!")
        assert line["text"] == "この ＊＊＊!"
        assert (await ears.of("chat"))[0].data["text"] == line["text"]
    assert (await chat(presenter, made))["lines"][0]["original"] == "この ば・か!"
    assert (await chat(viewer, made))["lines"][0]["original"] == ""
    await switches.configure(
        runtime, tenant, "livestream", {"chat_words": "バカ\nspam", "chat_words_do": "refuse"}
    )
    assert (await say(viewer, made, "ＳＰＡＭ です")).status_code == 422
    await said(viewer, made, "spammer ではない")
    assert len(await texts(viewer, made)) == 2


@pytest.mark.req("LC-0.27")
async def test_while_nobody_can_hear_it_is_said_so_and_nothing_is_kept(
    stage: Stage, presenter: Person, viewer: Person, tmp_path: Path
) -> None:
    made = await on_air(presenter)
    server = RedisServer(tmp_path)
    server.start()
    before, hub = stage.ctx.runtime.rooms, RoomHub(RedisStore(server.url))
    stage.ctx.runtime.rooms = hub
    try:
        await said(viewer, made, "聞こえる")
        server.kill()
        key = uuid.uuid4()
        answer = await say(viewer, made, "聞こえない", key)
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert (await viewer.client.get(f"{API}/broadcasts/{made['id']}")).status_code == 200
        assert await texts(viewer, made) == ["聞こえる"]
        server.start()
        await asyncio.sleep(RETRY_S * 2)
        answer = await say(viewer, made, "聞こえない", key)
        assert (await ok(answer))["text"] == "聞こえない"
    finally:
        stage.ctx.runtime.rooms = before
        await hub.close()
        server.kill()


async def test_hearts_of_guests_count_and_no_faster_than_fingers(
    stage: Stage, presenter: Person, as_guest: As
) -> None:
    made = await on_air(presenter)
    guest = await as_guest(stage.tenant)
    url = f"{API}/broadcasts/{made['id']}/reactions"
    async with in_room(stage, made) as ears:
        assert await ok(await guest.client.post(url, json={"n": 3})) == {"counted": True}
        assert await ok(await guest.client.post(url, json={"n": 3})) == {"counted": False}
        assert (await ears.of("reactions"))[0].data == {"heart": 3}
    assert (await guest.client.post(url, json={"n": 500})).status_code in (400, 422)
