"""What operators do: close an agency, hand a tenant over, write the catalogue. Agencies cannot reach it."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

import asyncpg
import msgspec
import pytest

from nakamise.contracts.control import ControlPlane
from nakamise.contracts.plans import LimitDraft, PlanDraft
from nakamise.errors import Conflict, Forbidden, Invalid, MfaRequired, NotFound
from nakamise.plans import service
from nakamise.runtime import Runtime
from nakamise.testing.fixtures import ClientFor
from tests.core.tenancy.agencies.houses import Console, ctx_of


def draft(**changes: object) -> PlanDraft:
    plan_id = f"t_{secrets.token_hex(5)}"
    made = PlanDraft(
        id=plan_id,
        series="test",
        name="テスト",
        name_en="Test",
        monthly_fee=1000,
        fee_bp=300,
        is_offered=False,
        limits=(LimitDraft(meter="core.staff", base=2),),
    )
    return msgspec.structs.replace(made, **changes)


@pytest.mark.req("LC-0.23")
async def test_agencies_cannot_reach_it(agency: Console, rival: Console) -> None:
    site = (await agency.new()).summary.id
    for act in (
        agency.plane.catalogue(),
        agency.plane.save_plan(draft()),
        agency.plane.replace_plan("starter", draft()),
        agency.plane.close_agency(rival.agency_id, "because", with_tenants=True),
        agency.plane.reopen_agency(rival.agency_id),
        agency.plane.assign_tenant(site, rival.agency_id),
        agency.plane.set_share(site, "platform", 100),
    ):
        with pytest.raises(Forbidden):
            await act
    assert (await agency.plane.tenant(site)).summary.agency == agency.slug.upper()


async def test_without_a_second_factor_operators_only_read(
    operator: Console, rival: Console, runtime: Runtime
) -> None:
    plane = ctx_of(runtime, operator.home, mfa=False).service(ControlPlane)
    assert await plane.catalogue()
    for act in (
        plane.save_plan(draft()),
        plane.close_agency(rival.agency_id, "because", with_tenants=False),
        plane.reopen_agency(rival.agency_id),
    ):
        with pytest.raises(MfaRequired):
            await act


@pytest.mark.req("LC-0.23")
@pytest.mark.parametrize("with_tenants", [False, True])
async def test_a_closed_agency_answers_nobody_until_it_opens_again(
    with_tenants: bool, operator: Console, agency: Console, client: ClientFor
) -> None:
    site, shut = (await agency.new()).summary, (await agency.new()).summary
    await agency.plane.suspend(shut.id, "unpaid")
    tenant = agency.ctx.runtime.directory.by_id(site.id)
    assert tenant is not None
    visit = client(tenant)
    link = urlsplit((await agency.plane.impersonate(site.id, reason="look")).url)
    assert (await visit.get(f"{link.path}?{link.query}")).status_code == 303

    closed = await operator.plane.close_agency(agency.agency_id, "no answer", with_tenants=with_tenants)
    assert (closed.closed_reason, closed.closed_at is not None) == ("no answer", True)
    login = await client(agency.home).get("/login", headers={"Accept-Language": "en"})
    assert login.status_code == 503
    assert "closed by the operator" in login.text
    assert (await client(tenant).get("/")).status_code == (503 if with_tenants else 200)
    assert (await visit.get("/admin")).status_code == (503 if with_tenants else 303)
    with pytest.raises(Conflict):
        await operator.plane.close_agency(agency.agency_id, "again", with_tenants=with_tenants)

    await operator.plane.reopen_agency(agency.agency_id)
    assert (await client(agency.home).get("/login")).status_code == 200
    assert (await operator.plane.tenant(site.id)).summary.state == "active"
    assert (await operator.plane.tenant(shut.id)).summary.state == "suspended"
    with pytest.raises(Conflict):
        await operator.plane.reopen_agency(agency.agency_id)
    acts = [line.act for line in (await agency.plane.audit()).items]
    assert {"agency.close", "agency.reopen"} <= set(acts)


async def test_operators_do_not_close_themselves(operator: Console) -> None:
    with pytest.raises(Conflict, match="own agency"):
        await operator.plane.close_agency(operator.agency_id, "oops", with_tenants=False)


@pytest.mark.req("LC-0.23")
async def test_a_tenant_is_handed_over(
    operator: Console, agency: Console, rival: Console, client: ClientFor
) -> None:
    site = (await agency.new()).summary
    tenant = agency.ctx.runtime.directory.by_id(site.id)
    assert tenant is not None
    link = urlsplit((await agency.plane.impersonate(site.id, reason="look")).url)
    await operator.plane.assign_tenant(site.id, rival.agency_id)
    with pytest.raises(NotFound):
        await agency.plane.tenant(site.id)
    assert (await rival.plane.tenant(site.id)).summary.slug == site.slug
    assert (await client(tenant).get(f"{link.path}?{link.query}")).status_code == 410
    for one in (agency, rival):
        lines = [line for line in (await one.plane.audit()).items if line.act == "tenant.assign"]
        assert [line.detail for line in lines] == [{"before": agency.slug, "after": rival.slug}]
    assert "tenant.create" not in [line.act for line in (await rival.plane.audit()).items]
    with pytest.raises(Invalid):
        await operator.plane.assign_tenant(site.id, rival.agency_id)


@pytest.mark.req("CL-37")
async def test_running_contracts_keep_their_terms(
    operator: Console, agency: Console, runtime: Runtime
) -> None:
    first = draft(is_offered=True)
    await operator.plane.save_plan(first)
    site = (await agency.new()).summary.id
    await agency.plane.set_plan(site, first.id)
    dearer = msgspec.structs.replace(first, monthly_fee=9000, fee_bp=900, name="値上げ")
    assert (await operator.plane.save_plan(dearer)).tenants == 1
    sheet = await agency.plane.plan_sheet(site)
    assert (sheet.monthly_fee, sheet.rate) == (1000, "3 %")
    smaller = msgspec.structs.replace(dearer, limits=(LimitDraft(meter="core.staff", base=1),))
    with pytest.raises(Conflict, match="new version"):
        await operator.plane.save_plan(smaller)

    second = msgspec.structs.replace(smaller, id=f"{first.id}_v2")
    await operator.plane.replace_plan(first.id, second)
    has = await service.plan_of(runtime, site)
    assert (has.plan.id, has.plan.limits["core.staff"].base, has.plan.is_offered) == (first.id, 2, False)
    offered = {plan.id for plan in await agency.plane.plans()}
    assert (first.id in offered, second.id in offered) == (False, True)
    acts = [line.act for line in (await operator.plane.audit()).items if line.act.startswith("plan.")]
    assert acts[:3] == ["plan.replace", "plan.change", "plan.create"]
    await operator.plane.save_plan(msgspec.structs.replace(second, is_offered=False))


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("id", {"id": "Bad Id"}),
        ("name", {"name": " "}),
        ("monthly_fee", {"monthly_fee": -1}),
        ("fee_bp", {"fee_bp": 10_001}),
        ("features", {"features": ("Not There",)}),
        ("limits", {"limits": (LimitDraft(meter="core.staff", base=5, cap=4),)}),
        ("limits", {"limits": (LimitDraft(meter="nothing", base=5),)}),
    ],
)
async def test_a_plan_that_cannot_be(field: str, changes: dict[str, object], operator: Console) -> None:
    with pytest.raises(Invalid) as refused:
        await operator.plane.save_plan(draft(**changes))
    assert set(refused.value.fields) == {field}


@pytest.mark.req("LC-0.23")
async def test_options_shares_and_policy_are_the_agencys(
    agency: Console, rival: Console, operator: Console, owner: asyncpg.Connection
) -> None:
    site = (await agency.new(plan="starter")).summary.id
    await agency.plane.set_option(site, "products_50", 2)
    assert [(one.id, one.times) for one in (await agency.plane.plan_sheet(site)).options] == [
        ("products_50", 2),
        ("products_100", 0),
    ]
    await agency.plane.set_share(site, "agency", 500)
    await operator.plane.set_share(site, "platform", 300)
    shown = [(one.kind, one.rate_bp, one.is_now) for one in await agency.plane.shares(site)]
    assert shown == [("platform", 300, True), ("agency", 500, True)]
    for act in (
        rival.plane.set_option(site, "products_50", 1),
        rival.plane.shares(site),
        rival.plane.set_share(site, "agency", 1),
    ):
        with pytest.raises(NotFound):
            await act
    policy = await agency.plane.policy()
    await agency.plane.set_policy(
        msgspec.structs.replace(policy, lets_tenants_choose_plans=True, contact="03-1234-5678")
    )
    assert (await agency.plane.policy()).contact == "03-1234-5678"
    assert not (await rival.plane.policy()).lets_tenants_choose_plans
    acts = {line.act for line in (await agency.plane.audit()).items}
    assert {"tenant.plan", "tenant.share", "agency.policy"} <= acts
