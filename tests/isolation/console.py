"""A furnished house is also the console of an agency of its own, with one site; and two offices stand outside."""

from __future__ import annotations

import secrets
import uuid

import asyncpg

from nakamise.contracts.control import ControlPlane, NewTenantRequest
from nakamise.plugin.context import Actor
from nakamise.runtime import Runtime
from nakamise.testing.fixtures import CtxFor, MakeTenant
from tests.isolation.house import House, picture
from tests.plugins.shop.stall import Stall


async def open_console(house: House, runtime: Runtime, owner: asyncpg.Connection) -> None:
    """``house`` gets an agency, a site, a host that waits for its proof and an export."""
    agency_id = await _agency(owner, house)
    await runtime.directory.refresh()
    admin = house.people["admin"]
    staff = Actor(user_id=admin.id, display_name=house.canary, has_mfa=True)
    plane = house.stall.ctx_for(house.stall.tenant, staff).service(ControlPlane)
    slug = f"s-{secrets.token_hex(5)}"
    wanted = NewTenantRequest(
        name=f"{house.canary} site", slug=slug, admin_email=f"{slug}@example.com", admin_name=house.canary
    )
    site = (await plane.create(wanted)).summary
    claim = await plane.claim_host(site.id, f"{house.canary}.example.org")
    export = await plane.start_export(site.id)
    await plane.set_picture(site.id, "logo", picture())
    house.things |= {
        "agency_id": str(agency_id),
        "tenant_id": str(site.id),
        "host": claim.host,
        "slugs/slug": slug,
        "transfer_id": str(export.id),
    }


async def outside_office(
    make_tenant: MakeTenant,
    ctx_for: CtxFor,
    runtime: Runtime,
    owner: asyncpg.Connection,
    over: House | None,
) -> House:
    """A console whose only person is its administrator: of the agency that has ``over``, or the operators'."""
    tenant = await make_tenant(plugins=("agency",))
    office = House(Stall(tenant, ctx_for(tenant), ctx_for), f"canary{secrets.token_hex(8)}")
    await office.hire("admin", "admin")
    agency_id = await _agency(owner, office, is_operator=over is None)
    if over is not None:
        await owner.execute(
            "UPDATE nakamise.tenant SET agency_id = $1 WHERE id = $2", agency_id, over.stall.tenant.id
        )
    await runtime.directory.refresh()
    return office


async def _agency(owner: asyncpg.Connection, house: House, *, is_operator: bool = False) -> uuid.UUID:
    agency_id = uuid.uuid4()
    if is_operator:
        await owner.execute("UPDATE nakamise.agency SET is_operator = false WHERE is_operator")
    await owner.execute(
        "INSERT INTO nakamise.agency (id, slug, name, home_tenant_id, is_operator) VALUES ($1, $2, $3, $4, $5)",
        *(
            agency_id,
            f"a-{secrets.token_hex(5)}",
            f"{house.canary} agency",
            house.stall.tenant.id,
            is_operator,
        ),
    )
    return agency_id
