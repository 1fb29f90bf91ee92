"""An agency reaches its own tenants and nothing else; operators reach all."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from nakamise.contracts.control import BrandUpdate, ControlPlane, NewAgencyRequest
from nakamise.errors import Forbidden, MfaRequired, NotFound
from nakamise.plugin import ServiceOff
from nakamise.runtime import Runtime
from nakamise.testing.fixtures import CtxFor, NewTenant
from tests.core.tenancy.agencies.houses import Console, ctx_of, request

Act = Callable[[ControlPlane, uuid.UUID], Awaitable[object]]
READS: dict[str, Act] = {
    "tenant": lambda plane, id_: plane.tenant(id_),
    "hosts": lambda plane, id_: plane.hosts(id_),
}
WRITES: dict[str, Act] = {
    "update_brand": lambda plane, id_: plane.update_brand(id_, BrandUpdate(name="Stolen")),
    "set_picture": lambda plane, id_: plane.set_picture(id_, "logo", None),
    "set_plan": lambda plane, id_: plane.set_plan(id_, "standard"),
    "suspend": lambda plane, id_: plane.suspend(id_, "because"),
    "resume": lambda plane, id_: plane.resume(id_),
    "cancel_delete": lambda plane, id_: plane.cancel_delete(id_),
    "request_delete": lambda plane, id_: plane.request_delete(id_, confirm_slug="x", reason="because"),
    "impersonate": lambda plane, id_: plane.impersonate(id_, reason="because"),
    "claim_host": lambda plane, id_: plane.claim_host(id_, "shop.stolen.example"),
    "verify_host": lambda plane, id_: plane.verify_host(id_, "shop.stolen.example"),
    "release_host": lambda plane, id_: plane.release_host(id_, "shop.stolen.example"),
    "set_canonical": lambda plane, id_: plane.set_canonical(id_, "shop.stolen.example"),
}
ROW = "SELECT t::text FROM nakamise.tenant t WHERE id = $1"


@pytest.mark.req("LC-0.23")
@pytest.mark.parametrize("act", [*READS, *WRITES])
async def test_another_agencys_tenant_was_never_there(
    act: str, agency: Console, rival: Console, owner: asyncpg.Connection
) -> None:
    theirs = (await rival.new()).summary.id
    before = await owner.fetchval(ROW, theirs)
    call = (READS | WRITES)[act]
    with pytest.raises(NotFound) as refused:
        await call(agency.plane, theirs)
    with pytest.raises(NotFound) as missing:
        await call(agency.plane, uuid.uuid4())
    assert str(refused.value) == str(missing.value)
    assert await owner.fetchval(ROW, theirs) == before


@pytest.mark.req("LC-0.23")
async def test_each_sees_its_own_in_list_and_log(agency: Console, rival: Console) -> None:
    mine, theirs = await agency.new(), await rival.new()
    assert [line.id for line in (await agency.plane.tenants()).items] == [mine.summary.id]
    assert (await agency.plane.tenants(agency_id=rival.agency_id)).total == 0
    assert {line.tenant for line in (await agency.plane.audit()).items} == {mine.summary.slug}
    assert (await agency.plane.audit(tenant_id=theirs.summary.id)).items == ()
    assert (await agency.plane.me()).tenants == 1


async def test_operators_reach_every_agencys_tenants(
    operator: Console, agency: Console, rival: Console
) -> None:
    for one in (agency, rival):
        made = await one.new()
        assert (await operator.plane.tenant(made.summary.id)).summary.agency == one.slug.upper()
        listed = await operator.plane.tenants(agency_id=one.agency_id)
        assert [line.id for line in listed.items] == [made.summary.id]
    known = {found.id for found in await operator.plane.agencies()}
    assert {operator.agency_id, agency.agency_id, rival.agency_id} <= known


async def test_only_operators_manage_agencies(agency: Console, rival: Console) -> None:
    new = NewAgencyRequest(name="X", slug="x-agency", admin_email="x@example.com", admin_name="X")
    for act in (
        agency.plane.agencies(),
        agency.plane.create_agency(new),
        agency.plane.rename_agency(rival.agency_id, "Stolen"),
        agency.plane.invite_agency_staff(rival.agency_id, email="x@example.com", name="X"),
        agency.plane.create(request(agency_id=rival.agency_id)),
    ):
        with pytest.raises(Forbidden):
            await act


async def test_an_ordinary_tenant_has_no_control_plane(
    new_tenant: NewTenant, ctx_for: CtxFor, runtime: Runtime
) -> None:
    tenant = await new_tenant()
    await runtime.directory.refresh()
    ctx = ctx_for(tenant)
    assert ctx.optional_service(ControlPlane) is None
    with pytest.raises(ServiceOff):
        ctx.service(ControlPlane)


@pytest.mark.parametrize("act", WRITES)
async def test_without_a_second_factor_one_only_reads(act: str, agency: Console, runtime: Runtime) -> None:
    mine = (await agency.new()).summary.id
    plane = ctx_of(runtime, agency.home, mfa=False).service(ControlPlane)
    assert (await plane.tenant(mine)).summary.state == "active"
    with pytest.raises(MfaRequired):
        await WRITES[act](plane, mine)
