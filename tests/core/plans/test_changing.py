"""Other plans and options: at once, charged by days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from nakamise.errors import Conflict, Invalid, LimitReached
from nakamise.plans import chores, service, terms
from nakamise.plugin.context import Tenant
from nakamise.tenancy import provision, switches

if TYPE_CHECKING:
    from nakamise.runtime import Runtime
    from nakamise.testing.clock import SteeredClock
    from nakamise.testing.fixtures import CtxFor, MakeTenant

BY = "test"


@pytest.fixture
async def tenant(make_tenant: MakeTenant) -> Tenant:
    return await make_tenant()


def at_noon(day: int, *, month: int = 12) -> datetime:
    """In Japan."""
    return datetime(2026, month, day, 3, tzinfo=UTC)


@pytest.mark.req("LC-0.21")
async def test_an_upgrade_is_in_force_at_once_and_charged_by_days(
    tenant: Tenant, runtime: Runtime, clock: SteeredClock
) -> None:
    clock.freeze(at_noon(1))
    await service.set_plan(runtime, tenant.id, "starter", actor=BY)
    clock.freeze(at_noon(22))
    lines = await service.set_plan(runtime, tenant.id, "standard", actor=BY)
    assert (await service.plan_of(runtime, tenant.id)).plan.id == "standard"
    # Ten of the 31 days of December: the 22nd to the 31st.
    assert [(line.item, line.amount) for line in lines] == [
        ("starter", -(19_800 * 10 // 31)),
        ("standard", 49_800 * 10 // 31),
    ]
    assert {(line.first_day, line.last_day) for line in lines} == {(date(2026, 12, 22), date(2026, 12, 31))}


@pytest.mark.req("LC-0.25")
async def test_an_invoice_has_its_tax_by_rate(tenant: Tenant, runtime: Runtime, clock: SteeredClock) -> None:
    clock.freeze(at_noon(1))
    await service.set_plan(runtime, tenant.id, "starter", actor=BY)
    (invoice,) = await service.invoices(runtime, tenant.id)
    assert (invoice.net, dict(invoice.taxes), invoice.gross) == (19_800, {1000: 1_980}, 21_780)


async def test_up_and_down_on_one_day_costs_nothing(
    tenant: Tenant, runtime: Runtime, clock: SteeredClock
) -> None:
    clock.freeze(at_noon(17))
    for plan in ("starter", "standard", "base_super", "starter", "unlimited"):
        await service.set_plan(runtime, tenant.id, plan, actor=BY)
    (invoice,) = await service.invoices(runtime, tenant.id)
    assert invoice.net == 0


async def test_a_month_is_charged_once(
    tenant: Tenant, runtime: Runtime, clock: SteeredClock, ctx_for: CtxFor
) -> None:
    clock.freeze(at_noon(1))
    await service.set_plan(runtime, tenant.id, "starter", actor=BY)
    clock.freeze(datetime(2027, 1, 1, 3, tzinfo=UTC))
    for _ in range(3):
        await chores.charge_month(ctx_for(tenant))
    january, _ = await service.invoices(runtime, tenant.id)
    assert [(line.item, line.amount) for line in january.lines] == [("starter", 19_800)]


@pytest.mark.req("CL-35")
@pytest.mark.req("LC-0.20")
async def test_options_raise_a_limit_up_to_the_cap(tenant: Tenant, runtime: Runtime, ctx_for: CtxFor) -> None:
    await service.set_plan(runtime, tenant.id, "cart_free", actor=BY)
    ctx = ctx_for(tenant)
    limits = []
    for times in (0, 1):
        await service.set_option(runtime, tenant.id, "products_50", times, actor=BY)
        limits.append(await ctx_limit(runtime, tenant, "shop.products"))
    # 3 + 50 would be 53, and this plan ends at 50.
    assert limits == [3, 50]
    with pytest.raises(Invalid) as caught:
        await service.set_option(runtime, tenant.id, "products_50", 2, actor=BY)
    assert set(caught.value.fields) == {"times"}
    with pytest.raises(Invalid):
        await service.set_option(runtime, ctx.tenant.id, "products_100", 1, actor=BY)


@pytest.mark.req("CL-39")
async def test_another_shop_where_the_plan_sells_one(tenant: Tenant, runtime: Runtime) -> None:
    await service.set_plan(runtime, tenant.id, "base_light", actor=BY)
    await service.set_option(runtime, tenant.id, "shop", 2, actor=BY)
    assert await ctx_limit(runtime, tenant, "shop.shops") == 3
    await service.set_plan(runtime, tenant.id, "base_trial", actor=BY)
    assert await ctx_limit(runtime, tenant, "shop.shops") == 1
    assert (await service.plan_of(runtime, tenant.id)).options == {}


async def ctx_limit(runtime: Runtime, tenant: Tenant, meter: str) -> int | None:
    """As the tenant's own transaction sees it, and as the price list computes it."""
    has = await service.plan_of(runtime, tenant.id)
    async with runtime.db.tenant(tenant.schema, read_only=True) as tx:
        most: int | None = await tx.value("SELECT l.most FROM nakamise.my_limit($1) l", meter)
    assert has.plan.limit(meter, has.options).most == most
    return most


async def test_a_plan_that_does_not_hold_what_is_in_use_is_refused(
    tenant: Tenant, runtime: Runtime, ctx_for: CtxFor
) -> None:
    ctx = ctx_for(tenant)
    async with ctx.begin() as tx:
        await ctx.take(tx, "core.staff", 4)
    with pytest.raises(Conflict) as caught:
        await service.set_plan(runtime, tenant.id, "base_value", actor=BY)
    assert caught.value.code == "plan_too_small"
    assert (await service.plan_of(runtime, tenant.id)).plan.id == "unlimited"
    assert await service.invoices(runtime, tenant.id) == []


async def test_an_unknown_plan_is_refused(tenant: Tenant, runtime: Runtime) -> None:
    with pytest.raises(Invalid):
        await service.set_plan(runtime, tenant.id, "gold", actor=BY)


@pytest.mark.req("CL-34")
async def test_the_fee_rate_of_a_date_is_that_of_the_plan_then(
    tenant: Tenant, runtime: Runtime, ctx_for: CtxFor
) -> None:
    await service.set_plan(runtime, tenant.id, "cart_free", actor=BY)
    then = (await service.plan_of(runtime, tenant.id)).terms.valid_from
    await service.set_plan(runtime, tenant.id, "cart_pro", actor=BY)
    later = (await service.plan_of(runtime, tenant.id)).terms.valid_from
    async with runtime.db.control(read_only=True) as control:
        old = await terms.terms_at(control, tenant.id, then)
        new = await terms.terms_at(control, tenant.id, later)
    assert (old.fee_bp, new.fee_bp) == (650, 550)
    async with ctx_for(tenant).read() as tx:
        rates = [await tx.value("SELECT nakamise.my_fee_bp($1)", at) for at in (then, later)]
    assert rates == [650, 550]


async def test_what_was_agreed_by_quotation_is_charged(
    tenant: Tenant, runtime: Runtime, clock: SteeredClock
) -> None:
    clock.freeze(at_noon(1))
    await service.set_plan(runtime, tenant.id, "enterprise", actor=BY, monthly_fee=310_000)
    assert (await service.plan_of(runtime, tenant.id)).terms.monthly_fee == 310_000
    clock.freeze(at_noon(31))
    (credit, charge) = await service.set_plan(runtime, tenant.id, "enterprise", actor=BY, monthly_fee=620_000)
    assert (credit.amount, charge.amount) == (-10_000, 20_000)


@pytest.mark.req("LC-0.22")
@pytest.mark.parametrize("plan", ["starter", "standard", "base_super"])
async def test_lower_plans_cannot_switch_on_what_only_the_largest_has(
    runtime: Runtime, make_tenant: MakeTenant, plan: str
) -> None:
    tenant = await make_tenant()
    await service.set_plan(runtime, tenant.id, plan, actor=BY)
    async with runtime.db.control() as tx:
        await tx.execute(
            "UPDATE plan SET features = features || ARRAY['hello'] WHERE id IN ('enterprise', 'unlimited')"
        )
    try:
        with pytest.raises(Conflict) as caught:
            await switches.enable(runtime, tenant.id, "hello")
        assert caught.value.code == "plan_feature"
        assert caught.value.params["plans"] == "エンタープライズ"
        await service.set_plan(runtime, tenant.id, "enterprise", actor=BY)
        await switches.enable(runtime, tenant.id, "hello")
        with pytest.raises(Conflict):
            await service.set_plan(runtime, tenant.id, plan, actor=BY)
    finally:
        async with runtime.db.control() as tx:
            await tx.execute("UPDATE plan SET features = array_remove(features, 'hello')")


@pytest.mark.req("CL-37")
async def test_the_price_list_has_the_examples(runtime: Runtime) -> None:
    fees = {plan.id: plan.monthly_fee for plan in await service.list_plans(runtime)}
    assert [fees[id_] for id_ in ("starter", "standard", "enterprise")] == [19_800, 49_800, None]
    base = [fee for id_, fee in fees.items() if id_.startswith("base_")]
    assert base == [0, 2_800, 18_800, 29_800, 98_000, 148_000]
    assert "unlimited" not in fees


async def test_a_tenant_knows_only_its_own_limits(tenant: Tenant, runtime: Runtime, ctx_for: CtxFor) -> None:
    async with ctx_for(tenant).read() as tx:
        for forbidden in (
            "SELECT id FROM nakamise.plan",
            "SELECT id FROM nakamise.invoice_line",
            "SELECT most FROM nakamise.limit_of(gen_random_uuid(), 'core.staff')",
        ):
            with pytest.raises(Exception, match="permission denied"):
                async with tx.savepoint():
                    await tx.value(forbidden)


async def test_new_tenants_begin_with_a_history(runtime: Runtime, tenant: Tenant) -> None:
    (first,) = await service.plan_history(runtime, tenant.id)
    assert first.plan == "unlimited"
    assert datetime.now(UTC) - first.valid_from < timedelta(minutes=5)
    wanted = provision.NewTenant(slug="no-plan", name="x", hosts=["no-plan.localhost"], plan="gold")
    with pytest.raises(Conflict):
        await provision.create(runtime.settings, runtime.host, wanted)


async def test_limits_hold_after_a_change(tenant: Tenant, runtime: Runtime, ctx_for: CtxFor) -> None:
    await service.set_plan(runtime, tenant.id, "base_trial", actor=BY)
    ctx = ctx_for(tenant)
    async with ctx.begin() as tx:
        await ctx.take(tx, "core.staff")
    with pytest.raises(LimitReached):
        async with ctx.begin() as tx:
            await ctx.take(tx, "core.staff")
    await service.set_plan(runtime, tenant.id, "base_value", actor=BY)
    async with ctx.begin() as tx:
        await ctx.take(tx, "core.staff")
