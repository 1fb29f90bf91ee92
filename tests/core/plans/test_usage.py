"""Counting under a limit."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from nakamise.errors import LimitReached
from nakamise.plans import chores, service, usage
from nakamise.plugin.context import Tenant, TenantCtx
from nakamise.testing.tenants import ctx_of

if TYPE_CHECKING:
    import asyncpg

    from nakamise.runtime import Runtime
    from nakamise.testing.clock import SteeredClock
    from nakamise.testing.fixtures import CtxFor, Drain, MakeTenant

SEATS = "core.staff"
MESSAGES = "core.messages"


@pytest.fixture
async def tenant(make_tenant: MakeTenant, runtime: Runtime) -> Tenant:
    """On the plan for five members of staff and 15,000 messages a month."""
    made = await make_tenant()
    await service.set_plan(runtime, made.id, "base_light", actor="test")
    return made


async def take(ctx: TenantCtx, meter: str, n: int = 1) -> None:
    async with ctx.begin() as tx:
        await ctx.take(tx, meter, n)


async def used(ctx: TenantCtx, meter: str) -> int:
    found = await service.usage(ctx.runtime, ctx.tenant.id)
    return next(one.used for one in found if one.meter == meter)


async def took(ctx: TenantCtx) -> bool:
    try:
        await take(ctx, SEATS)
    except LimitReached:
        return False
    return True


@pytest.mark.req("CL-38")
@pytest.mark.req("LC-0.20")
async def test_64_at_once_take_exactly_what_is_left(tenant: Tenant, ctx_for: CtxFor) -> None:
    ctx = ctx_for(tenant)
    outcomes = await asyncio.gather(*(took(ctx) for _ in range(64)))
    assert sum(outcomes) == 5
    assert await used(ctx, SEATS) == 5


async def test_reading_first_and_writing_then_takes_too_many(tenant: Tenant, ctx_for: CtxFor) -> None:
    """The negative control: the same race, without the condition in the statement that writes."""
    ctx = ctx_for(tenant)
    async with ctx.begin() as tx:
        await tx.execute("INSERT INTO core_usage (meter, period, used) VALUES ($1, '', 0)", SEATS)
    everybody = asyncio.Barrier(4)

    async def careless() -> None:
        async with ctx.begin() as tx:
            limit = (await usage.limit_of(tx, SEATS)).most or 0
            before: int = await tx.value("SELECT used FROM core_usage WHERE meter = $1", SEATS)
            await everybody.wait()
            if before + 2 <= limit:
                await tx.execute("UPDATE core_usage SET used = used + 2 WHERE meter = $1", SEATS)

    await asyncio.gather(*(careless() for _ in range(4)))
    assert await used(ctx, SEATS) == 8


async def test_what_rolls_back_is_not_counted(tenant: Tenant, ctx_for: CtxFor) -> None:
    ctx = ctx_for(tenant)
    with pytest.raises(ZeroDivisionError):
        async with ctx.begin() as tx:
            await ctx.take(tx, SEATS, 3)
            raise ZeroDivisionError
    assert await used(ctx, SEATS) == 0


async def test_what_is_given_back_can_be_taken_again(tenant: Tenant, ctx_for: CtxFor) -> None:
    ctx = ctx_for(tenant)
    await take(ctx, SEATS, 5)
    assert not await took(ctx)
    async with ctx.begin() as tx:
        await ctx.give_back(tx, SEATS)
    assert await took(ctx)


async def test_the_refusal_names_what_and_how_many_and_the_way_out(tenant: Tenant, ctx_for: CtxFor) -> None:
    with pytest.raises(LimitReached) as caught:
        await take(ctx_for(tenant), SEATS, 6)
    assert (caught.value.status, caught.value.code) == (409, "plan_limit")
    assert caught.value.params["most"] == 5
    assert caught.value.params["page"] == "/admin/plan"


@pytest.mark.req("CL-40")
async def test_a_month_begins_at_midnight_in_japan(
    tenant: Tenant, ctx_for: CtxFor, clock: SteeredClock
) -> None:
    ctx = ctx_for(tenant)
    clock.freeze(datetime(2026, 11, 30, 14, 59, 59, tzinfo=UTC))
    await take(ctx, MESSAGES, 15_000)
    with pytest.raises(LimitReached):
        await take(ctx, MESSAGES)
    clock.freeze(datetime(2026, 11, 30, 15, 0, 0, tzinfo=UTC))
    assert await used(ctx, MESSAGES) == 0
    await take(ctx, MESSAGES, 15_000)
    with pytest.raises(LimitReached):
        await take(ctx, MESSAGES)


@pytest.mark.req("LC-0.27")
async def test_administrators_hear_of_80_and_100_percent_once(
    tenant: Tenant, ctx_for: CtxFor, drain: Drain
) -> None:
    ctx = ctx_for(tenant)
    await _with_admin(ctx)
    await take(ctx, MESSAGES, 11_999)
    await drain(tenant)
    assert await _subjects(ctx) == []
    await take(ctx, MESSAGES, 1)
    await drain(tenant)
    async with ctx.begin() as tx:
        await ctx.give_back(tx, MESSAGES, 1)
    await take(ctx, MESSAGES, 1)
    await drain(tenant)
    assert len(await _subjects(ctx)) == 1
    await take(ctx, MESSAGES, 3_000)
    await drain(tenant)
    eighty, full = await _subjects(ctx)
    assert "80" in eighty
    assert "100" in full


async def test_a_count_that_drifted_is_mended_and_said(tenant: Tenant, ctx_for: CtxFor) -> None:
    ctx = ctx_for(tenant)
    await take(ctx, SEATS, 4)
    await _with_admin(ctx)
    await chores.recount(ctx)
    assert await used(ctx, SEATS) == 1
    async with ctx.read() as tx:
        details = await tx.values("SELECT detail FROM core_audit WHERE act = 'core.usage.mended'")
    assert details == [{"stored": 4, "found": 1}]


async def test_what_was_there_before_the_first_count_is_counted(tenant: Tenant, ctx_for: CtxFor) -> None:
    ctx = ctx_for(tenant)
    await _with_admin(ctx)
    await take(ctx, SEATS)
    assert await used(ctx, SEATS) == 2


@pytest.mark.req("LC-0.27")
async def test_days_are_measured_by_the_tenant_itself(
    make_tenant: MakeTenant, runtime: Runtime, owner: asyncpg.Connection
) -> None:
    one, other = await make_tenant(), await make_tenant()
    ctx = ctx_of(runtime, one)
    await _with_admin(ctx)
    async with ctx.begin() as tx:
        await ctx.send_mail(
            tx, "mail/notice", "a@example.com", subject="x", paragraphs=["x"], facts=[], action=None
        )
    await chores.measure(ctx)
    await chores.measure(ctx)
    rows = await owner.fetch("SELECT meter, amount FROM nakamise.usage_day WHERE tenant_id = $1", one.id)
    found = [(row["meter"], row["amount"]) for row in rows]
    assert ("core.mails", 1) in found
    assert ("core.staff", 1) in found
    assert not await owner.fetch("SELECT 1 FROM nakamise.usage_day WHERE tenant_id = $1", other.id)


async def _with_admin(ctx: TenantCtx) -> None:
    async with ctx.begin() as tx:
        await tx.execute(
            "INSERT INTO core_user (id, email, email_key, password_hash, display_name)"
            " VALUES (gen_random_uuid(), 'boss@example.com', 'boss@example.com', 'x', 'Boss')"
        )
        await tx.execute("INSERT INTO core_user_role (user_id, role_id) SELECT id, 'admin' FROM core_user")


async def _subjects(ctx: TenantCtx) -> list[str]:
    async with ctx.read() as tx:
        return await tx.values("SELECT subject FROM core_mail ORDER BY created_at, id")
