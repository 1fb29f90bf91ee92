"""What a transaction pushes reaches the tenant's open pages, and nobody else's, once it is committed."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import asyncpg
import msgspec
import pytest

from nakamise.db.listening import RETRY_S
from nakamise.errors import Forbidden, NotFound, Unauthenticated
from nakamise.events import live_routes
from nakamise.events.live import MESSAGE_MAX_BYTES, WAITING_MAX, Listener, LiveHub, LiveTooLarge, Message
from nakamise.host.registry import PluginHost
from nakamise.plugin import LiveTopic, Manifest
from nakamise.plugin.context import GUEST, Actor, Tenant
from nakamise.runtime import Runtime
from nakamise.testing.fixtures import CtxFor, MakeTenant
from tests.core.host.plugins import plugin

pytestmark = pytest.mark.req("BX-19")


class News(msgspec.Struct, frozen=True):
    text: str


@pytest.fixture(scope="module")
async def tenants(make_tenant: MakeTenant) -> tuple[Tenant, Tenant]:
    return await make_tenant(), await make_tenant()


async def heard(listener: Listener) -> Any:
    message = await asyncio.wait_for(listener.next(), 5)
    return msgspec.json.decode(message.data)


async def nothing(listener: Listener) -> bool:
    try:
        await asyncio.wait_for(listener.next(), 0.2)
    except TimeoutError:
        return True
    return False


async def test_it_reaches_every_process_when_the_transaction_commits(
    runtime: Runtime, ctx_for: CtxFor, tenants: tuple[Tenant, Tenant]
) -> None:
    """Two hubs stand for two processes."""
    mine, other = tenants
    second = LiveHub(runtime.settings)
    async with (
        runtime.live.listening(mine.id, ["a.news"], None) as here,
        second.listening(mine.id, ["a.news", "a.more"], None) as there,
        runtime.live.listening(other.id, ["a.news"], None) as elsewhere,
        runtime.live.listening(mine.id, ["a.other"], None) as deaf,
    ):
        async with ctx_for(mine).begin() as tx:
            await runtime.live.push(tx, mine.id, "a.news", News("hi"), None)
            assert await nothing(here), "not before the commit"
        assert await heard(here) == {"text": "hi"}
        assert await heard(there) == {"text": "hi"}
        assert await nothing(elsewhere)
        assert await nothing(deaf)
    await second.close()


async def test_it_listens_again_after_its_connection_was_killed(
    runtime: Runtime, ctx_for: CtxFor, tenants: tuple[Tenant, Tenant], owner: asyncpg.Connection
) -> None:
    mine = tenants[0]
    hub = LiveHub(runtime.settings)
    async with hub.listening(mine.id, ["a.news"], None) as here:
        killed = await owner.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE query LIKE 'LISTEN%nakamise_live%' AND datname = current_database()"
        )
        assert killed
        await asyncio.sleep(RETRY_S / 2)
        async with hub.listening(mine.id, ["a.news"], None) as later:
            async with ctx_for(mine).begin() as tx:
                await hub.push(tx, mine.id, "a.news", News("again"), None)
            assert await heard(here) == {"text": "again"}
            assert await heard(later) == {"text": "again"}
    await hub.close()


async def test_what_rolls_back_was_never_said(
    runtime: Runtime, ctx_for: CtxFor, tenants: tuple[Tenant, Tenant]
) -> None:
    async with runtime.live.listening(tenants[0].id, ["a.news"], None) as here:
        with pytest.raises(RuntimeError):
            async with ctx_for(tenants[0]).begin() as tx:
                await runtime.live.push(tx, tenants[0].id, "a.news", News("never"), None)
                raise RuntimeError
        assert await nothing(here)


async def test_a_message_to_one_user_is_nobody_elses(
    runtime: Runtime, ctx_for: CtxFor, tenants: tuple[Tenant, Tenant]
) -> None:
    one, two = uuid.uuid4(), uuid.uuid4()
    async with (
        runtime.live.listening(tenants[0].id, ["a.news"], one) as hers,
        runtime.live.listening(tenants[0].id, ["a.news"], two) as his,
    ):
        async with ctx_for(tenants[0]).begin() as tx:
            await runtime.live.push(tx, tenants[0].id, "a.news", News("for you"), one)
        assert await heard(hers) == {"text": "for you"}
        assert await nothing(his)


async def test_a_message_that_does_not_fit_is_refused(
    runtime: Runtime, ctx_for: CtxFor, tenants: tuple[Tenant, Tenant]
) -> None:
    async with ctx_for(tenants[0]).begin() as tx:
        with pytest.raises(LiveTooLarge):
            await runtime.live.push(tx, tenants[0].id, "a.news", News("x" * MESSAGE_MAX_BYTES), None)


def test_a_page_that_reads_too_slowly_is_cut_off() -> None:
    listener = Listener(None)
    for _ in range(WAITING_MAX):
        listener.offer(Message(uuid.uuid4(), "a.news", None, msgspec.Raw(b"1")))
    assert not listener.is_cut_off
    listener.offer(Message(uuid.uuid4(), "a.news", None, msgspec.Raw(b"1")))
    assert listener.is_cut_off


TOPICS = (
    LiveTopic(id="aa.site"),
    LiveTopic(id="aa.mine", audience="user"),
    LiveTopic(id="aa.staff", audience="staff", permission="aa.manage"),
)


def test_a_topic_exists_where_its_plugin_is_on() -> None:
    host = PluginHost.discover(entry_points=[plugin("aa", live=TOPICS)])
    assert host.live_topic("aa.site", frozenset({"aa"})) == TOPICS[0]
    assert host.live_topic("aa.site", frozenset()) is None
    assert host.live_topic("aa.nope", frozenset({"aa"})) is None


@pytest.mark.parametrize(
    ("topic", "actor", "error"),
    [
        (None, GUEST, NotFound),
        (TOPICS[0], GUEST, None),
        (TOPICS[1], GUEST, Unauthenticated),
        (TOPICS[1], Actor(user_id=uuid.uuid4()), None),
        (TOPICS[2], GUEST, Unauthenticated),
        (TOPICS[2], Actor(user_id=uuid.uuid4()), Forbidden),
        (TOPICS[2], Actor(user_id=uuid.uuid4(), permissions=frozenset({"aa.manage"})), None),
    ],
)
def test_who_may_hear(
    ctx_for: CtxFor,
    tenants: tuple[Tenant, Tenant],
    topic: LiveTopic | None,
    actor: Actor,
    error: type[Exception] | None,
) -> None:
    ctx = ctx_for(tenants[0], actor)
    if error is None:
        live_routes._admit(ctx, topic)
    else:
        with pytest.raises(error):
            live_routes._admit(ctx, topic)


def test_staff_and_a_permission_go_together() -> None:
    with pytest.raises(ValueError, match="go together"):
        LiveTopic(id="aa.x", audience="staff")
    with pytest.raises(ValueError, match="does not start"):
        Manifest(id="aa", api="1.0", version="1", title="A", live=(LiveTopic(id="bb.x"),))


async def test_nobody_pushes_to_a_topic_that_is_not_declared(
    ctx_for: CtxFor, tenants: tuple[Tenant, Tenant]
) -> None:
    ctx = ctx_for(tenants[0])
    async with ctx.begin() as tx:
        with pytest.raises(LookupError):
            await ctx.push(tx, "hello.greeted", News("x"))
