"""Class H: bad behaviour × hook. Whatever a plugin does, the hook's policy decides what happens.

SKIP: it is left out by name, the next plugin is asked, the caller's transaction goes on. RAISE: an ordinary
exception comes out and the transaction is undone. Never does the caller's task die of it, and never is
another tenant kept waiting by what can be stopped. Monkey-patching of the core, endless loops in C and memory
bombs are out of scope: a plugin is code of the installation.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from nakamise.host.breaker import FAILURES_MAX, BreakerOpen
from nakamise.host.driving import LoopBlocked
from nakamise.host.registry import PluginHost
from nakamise.plugin.context import GUEST, Tenant, TenantCtx
from nakamise.plugin.hooks import POLICIES, OnError
from nakamise.runtime import Runtime
from nakamise.testing.fixtures import MakeTenant
from tests.core.host import bad
from tests.core.host.bad import BLOCKED_S, Act, Mutable, all_hooks, arguments_of, bad_plugin, is_async

pytestmark = [pytest.mark.req("BX-19"), pytest.mark.req("AR-03")]

MARK = "INSERT INTO core_handled (id) VALUES ($1)"
FIND = "SELECT count(*) FROM core_handled WHERE id = $1"


class Subject(msgspec.Struct, frozen=True):
    """Stands for drafts, orders and subjects: frozen, as all of the contract are."""

    total: int = 0
    lines: tuple[str, ...] = ()


async def behaves(arguments: dict[str, Any]) -> Any:
    return None


def cells() -> list[tuple[str, Act]]:
    found: list[tuple[str, Act]] = []
    for hook in all_hooks():
        acts = [*bad.EVERYWHERE, bad.returns_nonsense]
        acts += bad.IN_ASYNC if is_async(hook) else ()
        acts += bad.WITH_TX if "tx" in arguments_of(hook) else ()
        found += [(hook, act) for act in acts]
    return found


def name_of(value: Any) -> str:
    return value if isinstance(value, str) else value.__name__


@pytest.fixture(scope="module")
async def tenant(make_tenant: MakeTenant) -> Tenant:
    return await make_tenant()


@pytest.fixture
def setting(runtime: Runtime, tenant: Tenant) -> Callable[[str, Act], tuple[PluginHost, TenantCtx]]:
    """A host with the bad plugin, then a good one; and a context in which both are on."""

    def make(hook: str, act: Act) -> tuple[PluginHost, TenantCtx]:
        entries = [bad_plugin("bad", hook, act), bad_plugin("good", hook, behaves)]
        host = PluginHost.discover(entry_points=entries, blocked_s=BLOCKED_S)
        assert host.refused == ()
        on = msgspec.structs.replace(tenant, plugins=frozenset({"bad", "good"}))
        return host, TenantCtx(runtime, on, GUEST, host.lineup(on.plugins))

    return make


async def call(ctx: TenantCtx, hook: str, tx: Any) -> Any:
    given: dict[str, Any] = dict.fromkeys(arguments_of(hook), Subject())
    given |= {name: value for name, value in {"ctx": ctx, "tx": tx}.items() if name in given}
    if is_async(hook):
        return await ctx.lineup.call(hook, **given)
    return ctx.lineup.call_sync(hook, **given)


class RollBack(Exception):
    pass


async def skips(ctx: TenantCtx, hook: str) -> list[tuple[str, Exception]]:
    """Who was left out; the caller's transaction must be as good as before."""
    mark = uuid.uuid4()
    failed: list[tuple[str, Exception]] = []
    with pytest.raises(RollBack):
        async with ctx.begin() as tx:
            await tx.execute(MARK, mark)
            failed += (await call(ctx, hook, tx)).failed
            assert await tx.value(FIND, mark) == 1
            assert await tx.value("SELECT current_schema()") == ctx.tenant.schema
            raise RollBack
    return failed


async def refuses(ctx: TenantCtx, hook: str) -> Exception:
    """What came out; nothing of the caller's transaction may remain."""
    mark = uuid.uuid4()
    with pytest.raises(Exception) as caught:  # noqa: PT011 - any, as long as it is no BaseException
        async with ctx.begin() as tx:
            await tx.execute(MARK, mark)
            await call(ctx, hook, tx)
    async with ctx.read() as tx:
        assert await tx.value(FIND, mark) == 0
    return caught.value


async def still_alive(ctx: TenantCtx) -> None:
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    await asyncio.sleep(0)
    async with ctx.read() as tx:
        assert await tx.value("SELECT 1") == 1


@pytest.mark.parametrize(("hook", "act"), cells(), ids=name_of)
async def test_the_policy_decides(setting: Any, hook: str, act: Act) -> None:
    Mutable.changed.clear()
    host, ctx = setting(hook, act)
    if POLICIES[hook].on_error is OnError.SKIP:
        assert [owner for owner, _ in await skips(ctx, hook)] == ["bad"]
    else:
        await refuses(ctx, hook)
    await still_alive(ctx)
    assert Mutable.changed == []
    # The administrator sees who, where and why.
    [trouble] = host.troubles(ctx.tenant)
    assert (trouble.plugin_id, trouble.hook) == ("bad", hook)
    assert trouble.incidents[0].text
    Mutable.kept.clear()


@pytest.mark.parametrize("hook", all_hooks())
async def test_whoever_blocks_the_loop_is_named_and_left_out_where_the_policy_allows(
    setting: Any, hook: str
) -> None:
    host, ctx = setting(hook, bad.blocks)
    if POLICIES[hook].on_error is OnError.SKIP:
        [(owner, error)] = await skips(ctx, hook)
        assert (owner, type(error)) == ("bad", LoopBlocked)
        [trouble] = host.troubles(ctx.tenant)
        assert trouble.state == "open", "at once, not after five"
        assert isinstance((await skips(ctx, hook))[0][1], BreakerOpen)
    else:
        async with ctx.begin() as tx:
            assert (await call(ctx, hook, tx)).failed == []
        [trouble] = host.troubles(ctx.tenant)
    assert "LoopBlocked" in trouble.incidents[0].text


@pytest.mark.parametrize(
    "hook", [hook for hook in all_hooks() if is_async(hook) and POLICIES[hook].deadline_s <= 2]
)
async def test_whoever_awaits_for_a_minute_meets_the_deadline(setting: Any, hook: str) -> None:
    _, ctx = setting(hook, bad.awaits_for_a_minute)
    deadline = POLICIES[hook].deadline_s
    async with asyncio.timeout(deadline + 5):
        if POLICIES[hook].on_error is OnError.SKIP:
            failed = await skips(ctx, hook)
            assert [owner for owner, _ in failed] == ["bad", "good"], "the time is all used up"
        else:
            assert isinstance(await refuses(ctx, hook), TimeoutError)
    await still_alive(ctx)


@pytest.mark.parametrize("hook", [hook for hook in all_hooks() if POLICIES[hook].on_error is OnError.SKIP])
async def test_after_five_failures_it_is_left_out_and_the_audit_log_says_so(
    setting: Any, runtime: Runtime, hook: str
) -> None:
    host, ctx = setting(hook, bad.raises)
    for _ in range(FAILURES_MAX):
        assert isinstance((await skips(ctx, hook))[0][1], RuntimeError)
    assert isinstance((await skips(ctx, hook))[0][1], BreakerOpen)
    assert [trouble.state for trouble in host.troubles(ctx.tenant)] == ["open"]
    async with asyncio.timeout(5):
        while not await left_out(ctx, hook):  # noqa: ASYNC110 - the database has no event
            await asyncio.sleep(0.02)
    other = msgspec.structs.replace(ctx.tenant, id=uuid.uuid4())
    [elsewhere] = host.troubles(other)
    assert (elsewhere.state, list(elsewhere.incidents)) == ("open", []), (
        "nobody reads another tenant's errors"
    )


async def left_out(ctx: TenantCtx, hook: str) -> bool:
    async with ctx.read() as tx:
        rows = await tx.values(
            "SELECT detail FROM core_audit WHERE act = 'plugin.left_out' AND subject = 'bad'"
        )
    return any(detail["hook"] == hook and "boom" in detail["error"] for detail in rows)


async def test_a_cancellation_from_outside_is_no_failure_of_the_plugin(setting: Any) -> None:
    host, ctx = setting("slot_context", bad.awaits_for_a_minute)

    async def ask() -> None:
        async with ctx.read() as tx:
            await call(ctx, "slot_context", tx)

    task = asyncio.create_task(ask())
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert host.troubles(ctx.tenant) == []


async def test_transactions_that_plugins_leave_open_do_not_eat_up_the_pool(
    setting: Any, runtime: Runtime
) -> None:
    Mutable.kept.clear()
    _, ctx = setting("checkout_commit", bad.keeps_a_transaction_open)
    size = runtime.settings.pool_size
    async with asyncio.timeout(60):
        for _ in range(size * 2):
            await refuses(ctx, "checkout_commit")
    assert len(Mutable.kept) == size * 2, "each call left one open"
    async with asyncio.timeout(5):
        await still_alive(ctx)
        # As many as one tenant may hold; what is left of the pool is for the others.
        share = size - size // 4
        assert await side_by_side(ctx, share) == list(range(share)), "every place is free again"
    Mutable.kept.clear()


async def side_by_side(ctx: TenantCtx, count: int) -> list[int]:
    """What ``count`` transactions read that are all open at the same time."""
    all_open = asyncio.Barrier(count)

    async def read(number: int) -> int:
        async with ctx.read() as tx:
            await all_open.wait()
            return int(await tx.value("SELECT $1::int", number))

    return await asyncio.gather(*(read(number) for number in range(count)))
