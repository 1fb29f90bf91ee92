"""Somebody of the agency acts as a tenant's staff: once, shortly, seen by all, and not for everything."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest

from nakamise.admin.people.accept import Newcomer, accept_as_newcomer
from nakamise.admin.people.invitations import open_invitations, resend
from nakamise.clock import FixedClock
from nakamise.contracts.control import ControlPlane
from nakamise.errors import Conflict, Forbidden, Gone, Invalid, MfaRequired
from nakamise.plugin.context import Actor, HttpInfo, Tenant, TenantCtx
from nakamise.runtime import Runtime
from nakamise.tenancy.agencies import act
from nakamise.testing.fixtures import ClientFor, CtxFor
from tests.core.tenancy.agencies.houses import Console, ctx_of

PASSWORD = "correct horse 2026"
SENSITIVE = [
    "/account/security/password",
    "/account/security/email",
    "/account/security/totp",
    "/account/security/totp/confirm",
    "/account/security/totp/disable",
    "/account/security/recovery-codes",
    "/account/security/sessions/end-others",
]


async def _site(agency: Console, runtime: Runtime, ctx_for: CtxFor) -> Tenant:
    """With an administrator who can log in."""
    made = await agency.new()
    tenant = runtime.directory.by_id(made.summary.id)
    assert tenant is not None
    async with ctx_for(tenant).begin() as tx:
        await runtime.auth.ensure_user(
            tx, email="boss@example.com", password=PASSWORD, display_name="Boss", roles=["admin"]
        )
    return tenant


async def _acting(agency: Console, site: Tenant, client: ClientFor) -> httpx.AsyncClient:
    link = await agency.plane.impersonate(site.id, reason="ticket 4711")
    browser = client(site)
    parts = urlsplit(link.url)
    assert parts.hostname == site.canonical_host
    opened = await browser.get(f"{parts.path}?{parts.query}")
    assert (opened.status_code, opened.headers["location"]) == (303, "/admin")
    return browser


@pytest.mark.req("LC-0.23", "BX-18")
async def test_a_banner_is_on_every_page_until_it_ends(
    agency: Console, runtime: Runtime, client: ClientFor, ctx_for: CtxFor
) -> None:
    site = await _site(agency, runtime, ctx_for)
    browser = await _acting(agency, site, client)
    for path in ("/", "/account", "/account/security"):
        page = await browser.get(path)
        assert page.status_code == 200
        assert "n-act-bar" in page.text
        assert f"{agency.home.name}: Hana" in page.text
    ended = await browser.post("/act/end")
    assert ended.status_code == 303
    assert "n-act-bar" not in (await browser.get("/")).text
    assert (await browser.get("/account")).status_code == 303


@pytest.mark.req("BX-18")
async def test_both_logs_know(agency: Console, runtime: Runtime, client: ClientFor, ctx_for: CtxFor) -> None:
    site = await _site(agency, runtime, ctx_for)
    browser = await _acting(agency, site, client)
    await browser.post("/act/end")
    line = (await agency.plane.audit(tenant_id=site.id)).items[0]
    assert (line.act, line.actor) == ("tenant.impersonate", "Hana")
    assert line.detail == {"reason": "ticket 4711", "role": "admin"}
    async with ctx_for(site).read() as tx:
        rows = await tx.connection.fetch(
            "SELECT act, actor_name, detail FROM core_audit WHERE act LIKE 'core.impersonation.%' ORDER BY at"
        )
    assert [row["act"] for row in rows] == ["core.impersonation.started", "core.impersonation.ended"]
    assert {row["actor_name"] for row in rows} == {f"{agency.home.name}: Hana → Boss"}
    assert rows[0]["detail"]["reason"] == "ticket 4711"


@pytest.mark.req("BX-18")
@pytest.mark.parametrize("path", SENSITIVE)
async def test_what_is_the_users_own_is_refused(
    path: str, agency: Console, runtime: Runtime, client: ClientFor, ctx_for: CtxFor
) -> None:
    site = await _site(agency, runtime, ctx_for)
    browser = await _acting(agency, site, client)
    refused = await browser.post(path, data={"current_password": PASSWORD}, headers={"Accept-Language": "en"})
    assert refused.status_code == 403
    assert "acting for somebody else" in refused.text

    own = client(site)
    await own.post("/login", data={"email": "boss@example.com", "password": PASSWORD})
    assert (await own.post(path, data={"current_password": "wrong"})).status_code != 403


async def test_a_ticket_opens_one_session_on_one_site(
    agency: Console, rival: Console, runtime: Runtime, client: ClientFor, ctx_for: CtxFor
) -> None:
    site, other = await _site(agency, runtime, ctx_for), await _site(rival, runtime, ctx_for)
    link = await agency.plane.impersonate(site.id, reason="look")
    path = f"/act?{urlsplit(link.url).query}"
    assert (await client(other).get(path)).status_code == 410
    assert (await client(site).get(path)).status_code == 303
    assert (await client(site).get(path)).status_code == 410
    assert (await client(site).get("/act?ticket=guess")).status_code == 410


async def test_tickets_and_sessions_run_out(agency: Console, runtime: Runtime, ctx_for: CtxFor) -> None:
    site = await _site(agency, runtime, ctx_for)
    clock = FixedClock(datetime.now(UTC))
    still = dataclasses.replace(runtime, clock=clock)
    console = ctx_of(still, agency.home).service(ControlPlane)
    ctx = TenantCtx(still, site, Actor(), runtime.host.lineup(site.plugins), http=HttpInfo())
    old = _ticket((await console.impersonate(site.id, reason="look")).url)
    clock.advance(timedelta(seconds=31))
    with pytest.raises(Gone):
        await act.open_session(ctx, old)
    opened = await act.open_session(ctx, _ticket((await console.impersonate(site.id, reason="look")).url))
    async with ctx.read() as tx:
        ends = await tx.value("SELECT expires_at FROM core_session WHERE id = $1", opened.id)
    assert ends == clock.now() + timedelta(minutes=30)


async def test_only_with_a_reason_a_second_factor_and_somebody_to_act_as(
    agency: Console, runtime: Runtime, ctx_for: CtxFor
) -> None:
    site = await _site(agency, runtime, ctx_for)
    with pytest.raises(Invalid):
        await agency.plane.impersonate(site.id, reason=" ")
    with pytest.raises(Conflict, match="Nobody"):
        await agency.plane.impersonate(site.id, reason="look", role="broadcaster")
    with pytest.raises(MfaRequired):
        plane = ctx_of(runtime, agency.home, mfa=False).service(ControlPlane)
        await plane.impersonate(site.id, reason="look")
    await agency.plane.suspend(site.id, "unpaid")
    with pytest.raises(Conflict, match="closed"):
        await agency.plane.impersonate(site.id, reason="look")


async def test_who_acts_for_another_cannot_act_on_from_there(agency: Console, runtime: Runtime) -> None:
    """An operator who acts as an agency's staff would hide behind them in a third tenant's log."""
    site = (await agency.new()).summary.id
    ctx = ctx_of(runtime, agency.home)
    actor = msgspec.structs.replace(ctx.actor, impersonator="Operators: Rin")
    chained = TenantCtx(runtime, ctx.tenant, actor, ctx.lineup)
    with pytest.raises(Forbidden, match="acting for somebody else"):
        await chained.service(ControlPlane).impersonate(site, reason="look")


def _ticket(url: str) -> str:
    return parse_qs(urlsplit(url).query)["ticket"][0]


@pytest.mark.req("LC-0.23", "BX-18")
async def test_a_fresh_site_is_opened_as_the_administrator_who_is_invited(
    agency: Console, runtime: Runtime, client: ClientFor, ctx_for: CtxFor
) -> None:
    """Only the session carries the role; the account stays nobody's until the invitation is accepted."""
    made = await agency.new()
    site = runtime.directory.by_id(made.summary.id)
    assert site is not None
    browser = await _acting(agency, site, client)
    shown = await browser.get("/admin/staff")
    assert shown.status_code == 200
    assert "n-act-bar" in shown.text
    async with ctx_for(site).read() as tx:
        row = await tx.connection.fetchrow(
            "SELECT u.id, u.password_hash, u.email_verified_at,"
            " (SELECT count(*) FROM core_user_role r WHERE r.user_id = u.id) AS roles FROM core_user u"
        )
        inside = await tx.value(
            "SELECT detail->>'invited' FROM core_audit WHERE act = 'core.impersonation.started'"
        )
    assert row is not None
    assert (row["password_hash"], row["email_verified_at"], row["roles"]) == ("!", None, 0)
    outside = (await agency.plane.audit(tenant_id=site.id)).items[0]
    assert (outside.act, outside.detail["invited"], inside) == ("tenant.impersonate", "yes", "yes")


@pytest.mark.req("BX-18")
async def test_accepting_the_invitation_ends_the_visit(
    agency: Console, runtime: Runtime, client: ClientFor, ctx_for: CtxFor
) -> None:
    made = await agency.new()
    site = runtime.directory.by_id(made.summary.id)
    assert site is not None
    browser = await _acting(agency, site, client)
    system = ctx_for(site).as_system()
    async with system.begin() as tx:
        invited = await resend(system, tx, (await open_invitations(tx, system.now()))[0].id)
    newcomer = Newcomer(display_name="Midori", password=PASSWORD, password_again=PASSWORD, terms=True)
    user = await accept_as_newcomer(ctx_for(site), invited.url.rpartition("/")[2], newcomer)
    assert user.email_verified
    assert (await browser.get("/admin/staff")).status_code == 303
    async with ctx_for(site).read() as tx:
        assert await tx.values("SELECT role_id FROM core_user_role") == ["admin"]
        assert await tx.value("SELECT count(*) FROM core_user") == 1


async def test_whoever_uses_the_site_already_is_not_borrowed(
    agency: Console, runtime: Runtime, ctx_for: CtxFor
) -> None:
    made = await agency.new(admin_email="buyer@example.com")
    site = runtime.directory.by_id(made.summary.id)
    assert site is not None
    async with ctx_for(site).begin() as tx:
        await runtime.auth.ensure_user(tx, email="buyer@example.com", password=PASSWORD, display_name="Buyer")
    with pytest.raises(Conflict, match="Nobody"):
        await agency.plane.impersonate(site.id, reason="look")
