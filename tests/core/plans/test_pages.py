"""The page and the API of a tenant's own plan."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

from nakamise.plans import chores, service
from nakamise.plans.advice import advise, cost
from nakamise.plans.terms import Terms

if TYPE_CHECKING:
    import asyncpg

    from nakamise.plugin.context import Tenant
    from nakamise.runtime import Runtime
    from nakamise.testing.author_fixtures import As
    from nakamise.testing.fixtures import CtxFor, MakeTenant

PAGE = "/admin/plan"
API = "/api/core/plan"
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
async def tenant(make_tenant: MakeTenant, runtime: Runtime) -> Tenant:
    made = await make_tenant(plugins=("shop",))
    await service.set_plan(runtime, made.id, "starter", actor="test")
    return made


@pytest.fixture
async def free_to_choose(owner: asyncpg.Connection) -> AsyncIterator[None]:
    """Every tenant of the tests belongs to this agency."""
    set_ = "UPDATE nakamise.agency SET lets_tenants_choose_plans = $1 WHERE slug = 'demo'"
    await owner.execute(set_, True)
    yield
    await owner.execute(set_, False)


@pytest.fixture
async def bound(owner: asyncpg.Connection) -> AsyncIterator[None]:
    set_ = "UPDATE nakamise.agency SET contact = $1 WHERE slug = 'demo'"
    await owner.execute(set_, "agency@example.com")
    yield
    await owner.execute(set_, "")


@pytest.mark.req("LC-0.25")
@pytest.mark.usefixtures("bound")
async def test_prices_are_shown_with_and_without_tax(tenant: Tenant, as_admin: As) -> None:
    text = (await (await as_admin(tenant)).client.get(PAGE)).text
    for expected in ("¥49,800", "¥54,780", "税別", "税込", "お見積り"):
        assert expected in text
    assert "agency@example.com" in text
    assert 'name="plan"' not in text


@pytest.mark.usefixtures("bound")
async def test_where_the_agency_decides_nobody_else_can(
    tenant: Tenant, as_admin: As, runtime: Runtime
) -> None:
    admin = await as_admin(tenant)
    answer = await admin.client.put(API, json={"plan": "standard"})
    assert (answer.status_code, answer.json()["code"]) == (403, "plan_by_agency")
    await admin.client.post(PAGE, data={"plan": "standard"})
    assert (await service.plan_of(runtime, tenant.id)).plan.id == "starter"


@pytest.mark.req("LC-0.21")
@pytest.mark.usefixtures("free_to_choose")
async def test_an_administrator_upgrades_and_adds_an_option(
    tenant: Tenant, as_admin: As, runtime: Runtime
) -> None:
    client = (await as_admin(tenant)).client
    assert (await client.post(PAGE, data={"plan": "standard"})).status_code == 303
    assert (await client.post(f"{PAGE}/options/shop", data={"times": "2"})).status_code == 303
    has = await service.plan_of(runtime, tenant.id)
    assert (has.plan.id, dict(has.options)) == ("standard", {"shop": 2})
    own = (await client.get(API)).json()
    limits = {one["meter"]: one["most"] for one in own["usage"]}
    assert limits["shop.shops"] == 7
    items = [
        line["item"] for month in (await client.get(f"{API}/invoices")).json() for line in month["lines"]
    ]
    assert items[-2:] == ["standard", "shop"]


@pytest.mark.usefixtures("free_to_choose")
@pytest.mark.parametrize("plan", ["enterprise", "unlimited"])
async def test_what_is_quoted_or_not_for_sale_cannot_be_taken(
    tenant: Tenant, as_admin: As, plan: str
) -> None:
    answer = await (await as_admin(tenant)).client.put(API, json={"plan": plan})
    assert answer.status_code == 403


@pytest.mark.usefixtures("free_to_choose")
async def test_a_wrong_choice_is_said_on_the_page(tenant: Tenant, as_admin: As) -> None:
    client = (await as_admin(tenant)).client
    answer = await client.put(API, json={"plan": "gold"})
    assert (answer.status_code, set(answer.json()["errors"])) == (422, {"plan"})
    assert (await client.put(f"{API}/options/shop", json={"times": 99})).status_code == 422
    await client.post(PAGE, data={"plan": "gold"})
    assert "そのプランはありません" in (await client.get(PAGE)).text


async def test_staff_without_the_right_see_nothing(tenant: Tenant, as_staff: As, as_guest: As) -> None:
    assert (await (await as_staff(tenant)).client.get(PAGE)).status_code == 403
    assert (await (await as_guest(tenant)).client.get(API)).status_code == 401


@pytest.mark.req("LC-0.27")
async def test_days_and_lines_as_csv(tenant: Tenant, as_admin: As, ctx_for: CtxFor) -> None:
    await chores.measure(ctx_for(tenant))
    client = (await as_admin(tenant)).client
    usage = (await client.get(f"{PAGE}/usage.csv")).text
    assert usage.startswith('\ufeff"day","meter","amount"')
    assert '"shop.products","0"' in usage
    assert (await client.get(f"{API}/days")).json()
    assert "スターター" in (await client.get(f"{PAGE}/invoices.csv")).text
    english = (await client.get(f"{PAGE}/invoices.csv", headers=ENGLISH)).text
    assert ('"Starter"' in english, "スターター" in english) == (True, False)


@pytest.mark.req("CL-36")
@pytest.mark.parametrize(
    ("sales", "best"),
    [(549_000, None), (550_000, "cart_pro"), (1_627_000, "cart_pro"), (1_628_000, "cart_expert")],
)
async def test_the_plan_that_costs_least(runtime: Runtime, sales: int, best: str | None) -> None:
    plans = await service.list_plans(runtime)
    own = next(plan for plan in plans if plan.id == "cart_free")
    terms = Terms(plan=own.id, valid_from=runtime.clock.now(), monthly_fee=0, fee_bp=650)
    found = advise(own, terms, plans, [], sales)
    assert (found and found.best.id) == best
    if found is not None:
        assert found.saves == cost(0, 650, sales) - cost(
            found.best.monthly_fee or 0, found.best.fee_bp, sales
        )
