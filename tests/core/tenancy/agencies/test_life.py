"""Suspended, resumed, deleted, brought back, gone."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from PIL import Image

from nakamise.errors import Conflict, Invalid, NotFound
from nakamise.media import add_picture
from nakamise.plugin.context import Tenant
from nakamise.runtime import Runtime
from nakamise.tenancy.agencies.purge import purge, purge_due
from nakamise.testing.fixtures import ClientFor, CtxFor
from tests.core.tenancy.agencies.houses import Console


async def _site(agency: Console, runtime: Runtime) -> Tenant:
    made = await agency.new()
    tenant = runtime.directory.by_id(made.summary.id)
    assert tenant is not None
    return tenant


async def _acts(agency: Console, tenant: Tenant) -> list[str]:
    lines = (await agency.plane.audit(tenant_id=tenant.id)).items
    return [line.act for line in reversed(lines)]


@pytest.mark.req("LC-0.23")
async def test_a_suspended_site_says_so_and_comes_back(
    agency: Console, runtime: Runtime, client: ClientFor
) -> None:
    site = await _site(agency, runtime)
    with pytest.raises(Invalid):
        await agency.plane.suspend(site.id, "  ")
    await agency.plane.suspend(site.id, "unpaid")
    closed = await client(site).get("/")
    assert closed.status_code == 503
    assert "unpaid" not in closed.text
    assert (await agency.plane.tenant(site.id)).state_reason == "unpaid"
    with pytest.raises(Conflict):
        await agency.plane.suspend(site.id, "again")
    await agency.plane.resume(site.id)
    assert (await client(site).get("/")).status_code == 200
    with pytest.raises(Conflict):
        await agency.plane.resume(site.id)
    lines = (await agency.plane.audit(tenant_id=site.id)).items
    assert [(line.act, line.actor) for line in lines[:2]] == [
        ("tenant.resume", "Hana"),
        ("tenant.suspend", "Hana"),
    ]
    assert lines[1].detail == {"reason": "unpaid"}


async def test_deleting_is_out_of_reach_at_once_and_can_be_undone(
    agency: Console, runtime: Runtime, client: ClientFor
) -> None:
    site = await _site(agency, runtime)
    with pytest.raises(Invalid):
        await agency.plane.request_delete(site.id, confirm_slug="wrong", reason="closed")
    purge_at = await agency.plane.request_delete(site.id, confirm_slug=site.slug, reason="closed")
    assert timedelta(days=29) < purge_at - datetime.now(UTC) <= timedelta(days=30)
    assert (await client(site).get("/")).status_code == 421
    found = await agency.plane.tenant(site.id)
    assert (found.summary.state, found.purge_at) == ("deleting", purge_at)
    with pytest.raises(NotFound):
        await purge(runtime, site.id)
    await agency.plane.cancel_delete(site.id)
    assert (await client(site).get("/")).status_code == 503
    await agency.plane.resume(site.id)
    assert (await client(site).get("/")).status_code == 200
    assert (await _acts(agency, site))[-3:] == ["tenant.delete", "tenant.delete_cancel", "tenant.resume"]


async def test_what_is_purged_is_gone_but_for_its_audit(
    agency: Console, rival: Console, runtime: Runtime, owner: asyncpg.Connection, ctx_for: CtxFor
) -> None:
    site = await _site(agency, runtime)
    await add_picture(ctx_for(site), _picture(), "art")
    assert await runtime.store.keys(site.schema)
    await agency.plane.request_delete(site.id, confirm_slug=site.slug, reason="closed")
    assert await purge_due(runtime) == 0
    await owner.execute("UPDATE nakamise.tenant SET purge_at = now() WHERE id = $1", site.id)
    with pytest.raises(Conflict):
        await agency.plane.cancel_delete(site.id)
    assert await purge_due(runtime) == 1
    assert await runtime.store.keys(site.schema) == []
    assert await owner.fetchval("SELECT count(*) FROM pg_namespace WHERE nspname = $1", site.schema) == 0
    assert await owner.fetchval("SELECT count(*) FROM pg_roles WHERE rolname = $1", site.schema) == 0
    assert await owner.fetchval("SELECT count(*) FROM nakamise.tenant WHERE id = $1", site.id) == 0
    assert (await _acts(agency, site))[-1] == "tenant.purge"
    with pytest.raises(NotFound):
        await agency.plane.tenant(site.id)
    with pytest.raises(Conflict, match="rests"):
        await rival.new(slug=site.slug)


async def test_what_was_charged_stays_for_the_accounts(
    agency: Console, rival: Console, runtime: Runtime, owner: asyncpg.Connection
) -> None:
    """The lines name the plan, the days and the amount, and nobody: staff who changed the plan are not in them."""
    site = await _site(agency, runtime)
    await agency.plane.set_plan(site.id, "starter")
    await agency.plane.request_delete(site.id, confirm_slug=site.slug, reason="closed")
    await owner.execute("UPDATE nakamise.tenant SET purge_at = now() WHERE id = $1", site.id)
    assert await purge_due(runtime) == 1
    rows = await owner.fetch("SELECT * FROM nakamise.invoice_line WHERE tenant_id = $1", site.id)
    assert {row["item"] for row in rows} >= {"starter"}
    assert {(row["tenant_slug"], row["agency_id"]) for row in rows} == {(site.slug, agency.agency_id)}
    assert {row["actor"] for row in rows} == {""}
    kept = await agency.plane.closed_accounts()
    assert [(one.tenant, one.net) for one in kept if one.tenant == site.slug] == [
        (site.slug, sum(row["amount"] for row in rows))
    ]
    assert site.slug not in [one.tenant for one in await rival.plane.closed_accounts()]


async def test_a_creation_that_was_cut_short_is_swept_away(
    agency: Console, runtime: Runtime, owner: asyncpg.Connection
) -> None:
    site = await _site(agency, runtime)
    await owner.execute("UPDATE nakamise.tenant SET state = 'building' WHERE id = $1", site.id)
    assert await purge_due(runtime) == 0
    with pytest.raises(NotFound):
        await agency.plane.tenant(site.id)
    await owner.execute(
        "UPDATE nakamise.tenant SET state_changed_at = now() - interval '1 hour' WHERE id = $1", site.id
    )
    assert await purge_due(runtime) == 1
    assert await owner.fetchval("SELECT count(*) FROM pg_namespace WHERE nspname = $1", site.schema) == 0


async def test_a_console_cannot_be_closed(
    operator: Console, agency: Console, owner: asyncpg.Connection
) -> None:
    await owner.execute(
        "UPDATE nakamise.tenant SET agency_id = $2 WHERE id = $1", agency.home.id, operator.agency_id
    )
    with pytest.raises(Conflict, match="console"):
        await operator.plane.suspend(agency.home.id, "oops")
    with pytest.raises(Conflict, match="console"):
        await operator.plane.request_delete(agency.home.id, confirm_slug=agency.home.slug, reason="oops")


async def test_whatever_points_at_a_tenant_goes_with_it(owner: asyncpg.Connection) -> None:
    """A foreign key that does not cascade would stop the purge; a console's agency is meant to."""
    kept = await owner.fetch(
        "SELECT conname AS name FROM pg_constraint"
        " WHERE confrelid = 'nakamise.tenant'::regclass AND confdeltype NOT IN ('c', 'n')"
    )
    assert [row["name"] for row in kept] == ["agency_home_tenant_id_fkey"]


def _picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(buffer, "PNG")
    return buffer.getvalue()
