"""A hook that breaks its query breaks nothing else of the caller's transaction."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from nakamise.host.registry import PluginHost
from nakamise.plugin import LifecycleHooks, PricingHooks, TenantCtx, hookimpl
from nakamise.plugin.hooks import POLICIES
from nakamise.testing.fixtures import CtxFor, MakeTenant
from tests.core.host.plugins import hooks, plugin

INSERT = "INSERT INTO core_audit (id, act) VALUES (gen_random_uuid(), $1)"
COUNT = "SELECT count(*) FROM core_audit WHERE act LIKE 'hook %'"


class BreaksItsQuery(LifecycleHooks, PricingHooks):
    acted: ClassVar[list[str]] = []

    @hookimpl
    async def tenant_disabled(self, ctx: TenantCtx, tx: Any) -> None:
        async def act() -> None:
            self.acted.append("broken")

        tx.after_commit(act)
        await tx.execute(INSERT, "hook broken")
        await tx.execute("SELECT 1 FROM no_such_table")

    @hookimpl
    async def price_facts(self, ctx: TenantCtx, tx: Any, request: Any) -> None:
        await tx.value("SELECT pg_sleep(5)")


class Works(LifecycleHooks):
    acted: ClassVar[list[str]] = []

    @hookimpl
    async def tenant_disabled(self, ctx: TenantCtx, tx: Any) -> None:
        async def act() -> None:
            self.acted.append("works")

        tx.after_commit(act)
        async with tx.savepoint():
            await tx.execute(INSERT, "hook works")


def host() -> PluginHost:
    found = PluginHost.discover(
        entry_points=[plugin("broken", hooks=hooks(BreaksItsQuery)), plugin("works", hooks=hooks(Works))]
    )
    assert found.refused == ()
    return found


async def test_only_the_failing_hooks_work_is_undone(make_tenant: MakeTenant, ctx_for: CtxFor) -> None:
    ctx = ctx_for(await make_tenant())
    lineup = host().lineup(frozenset({"broken", "works"}))
    async with ctx.begin() as tx:
        await tx.execute(INSERT, "hook caller")
        outcome = await lineup.call("tenant_disabled", ctx=ctx, tx=tx)
        assert [id_ for id_, _ in outcome.failed] == ["broken"]
        assert BreaksItsQuery.acted == Works.acted == []
    async with ctx.read() as tx:
        assert await tx.values("SELECT act FROM core_audit WHERE act LIKE 'hook %' ORDER BY act") == [
            "hook caller",
            "hook works",
        ]
    assert (BreaksItsQuery.acted, Works.acted) == ([], ["works"])


async def test_a_hook_stopped_in_a_query_leaves_the_transaction_usable(
    make_tenant: MakeTenant, ctx_for: CtxFor
) -> None:
    ctx = ctx_for(await make_tenant())
    lineup = host().lineup(frozenset({"broken"}))
    async with asyncio.timeout(POLICIES["price_facts"].deadline_s + 3), ctx.read() as tx:
        outcome = await lineup.call("price_facts", ctx=ctx, tx=tx, request=None)
        assert [id_ for id_, _ in outcome.failed] == ["broken"]
        assert await tx.value(COUNT) == 0
