"""Followers are told of a start: once, in batches, by mail only with consent."""

from __future__ import annotations

import uuid

import httpx
import pytest

from nakamise.contracts.live import BroadcastStarted
from nakamise.ids import uuid7
from nakamise.plugin import Delivery
from nakamise.testing.fixtures import Drain
from nakamise.testing.people import Person
from nakamise_social.notices import starting
from tests.plugins.livestream.stage import Json, Stage, act, ok, on_air
from tests.plugins.social.acts import (
    broadcaster_id,
    follow,
    notices,
    path_of,
    suspend,
    switch,
    titles,
    unfollow,
    want_mails,
)

STARTED = "春香さんがライブ配信を開始しました"


@pytest.mark.req("LC-6.7.3", "LC-6.4.2", "LC-6.4.3")
async def test_those_who_want_it_are_told(
    stage: Stage, presenter: Person, viewer: Person, drain: Drain
) -> None:
    quiet, gone = await stage.person("静か"), await stage.person("去った人")
    for one in (viewer, quiet, gone):
        await ok(await follow(one, presenter))
    await switch(quiet, presenter, notify=False)
    await unfollow(gone, presenter)
    made = await on_air(presenter)
    await drain(stage.tenant)
    [told] = (await notices(viewer))["items"]
    assert (told["title"], told["text"], told["path"]) == (STARTED, made["title"], path_of(made))
    assert (await titles(quiet), await titles(gone)) == ([], [])


@pytest.mark.req("LC-6.7.3")
async def test_a_start_that_is_announced_again_is_told_once(
    stage: Stage, presenter: Person, viewer: Person, drain: Drain
) -> None:
    await ok(await follow(viewer, presenter))
    await want_mails(viewer)
    made = await on_air(presenter)
    await ok(await act(presenter, made, "pause"))
    await ok(await act(presenter, made, "resume"))
    await starting.on_started(stage.ctx, await _again(presenter, made), _delivery())
    await drain(stage.tenant)
    assert await titles(viewer) == [STARTED]
    assert [one.subject for one in await stage.mails(viewer)] == [STARTED]


async def _again(host: Person, made: Json) -> BroadcastStarted:
    return BroadcastStarted(
        broadcast_id=uuid.UUID(made["id"]),
        broadcaster_id=uuid.UUID(await broadcaster_id(host)),
        host_id=host.id,
        broadcaster_name="春香",
        title=made["title"],
        path=path_of(made),
        at=host.ctx.now(),
    )


def _delivery() -> Delivery:
    return Delivery(id=uuid7(), event_id=uuid7(), attempt=1)


@pytest.mark.req("LC-6.7.3", "GA-10")
async def test_mails_need_consent_and_end_without_a_login(
    stage: Stage, presenter: Person, viewer: Person, drain: Drain
) -> None:
    silent = await stage.person("同意なし")
    for one in (viewer, silent):
        await ok(await follow(one, presenter))
    await want_mails(viewer)
    await ok(await act(presenter, await on_air(presenter), "end"))
    await drain(stage.tenant)
    [mail] = await stage.mails(viewer)
    assert await stage.mails(silent) == []
    path = await stage.value("SELECT unsubscribe FROM core_mail WHERE recipient = $1", viewer.email)
    assert path in mail.text_body
    guest = stage.client_for(stage.tenant)
    assert (await guest.get(path)).status_code == httpx.codes.OK
    assert await _agreed(stage, viewer) is True, "looking at the link ends nothing"
    for _ in range(2):
        one_click = await guest.post(path, data={"List-Unsubscribe": "One-Click"})
        assert one_click.status_code == httpx.codes.OK
    assert await _agreed(stage, viewer) is False
    assert (await guest.post("/social/unsubscribe/nothing")).status_code == httpx.codes.NOT_FOUND
    await on_air(presenter)
    await drain(stage.tenant)
    assert len(await stage.mails(viewer)) == 1
    assert await titles(viewer) == [STARTED, STARTED]


async def _agreed(stage: Stage, person: Person) -> object:
    return await stage.value("SELECT mail_live FROM social_preference WHERE user_id = $1", person.id)


async def test_batches_go_on_where_a_crash_interrupted_them(
    stage: Stage, presenter: Person, drain: Drain
) -> None:
    """More followers than three batches, told as the one before the last was told already."""
    id_ = uuid.UUID(await broadcaster_id(presenter))
    users = sorted(uuid7() for _ in range(starting.BATCH * 3 + 7))
    async with stage.ctx.begin() as tx:
        sql = "INSERT INTO social_follow (broadcaster_id, user_id, created_at) VALUES ($1, $2, $3)"
        await tx.execute_many(sql, [(id_, one, stage.ctx.now()) for one in users])
    made = await on_air(presenter)
    await starting.on_started(stage.ctx, await _again(presenter, made), _delivery())
    async with stage.ctx.begin() as tx:
        await tx.execute("UPDATE social_start SET told_until = $1", users[starting.BATCH - 1])
    await drain(stage.tenant)
    told = await stage.value("SELECT array_agg(user_id ORDER BY user_id) FROM social_notice")
    assert told == users[starting.BATCH :]
    assert await stage.value("SELECT told FROM social_start WHERE done_at IS NOT NULL") == len(told)


async def test_nobody_is_told_of_somebody_suspended_meanwhile(
    stage: Stage, presenter: Person, viewer: Person, drain: Drain
) -> None:
    await ok(await follow(viewer, presenter))
    await on_air(presenter)
    await suspend(stage, presenter)
    await drain(stage.tenant)
    assert await titles(viewer) == []
