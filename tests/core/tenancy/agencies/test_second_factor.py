"""Permissions that ask for a second factor count only in sessions that passed one."""

from __future__ import annotations

import httpx
import pytest
from pyotp.totp import TOTP

from nakamise.auth import totp
from nakamise.plugin.context import Tenant, TenantCtx
from nakamise.runtime import Runtime
from nakamise.testing.fixtures import ClientFor, CtxFor, NewTenant

PASSWORD = "correct horse 2026"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
STAFF = {"email": "hana@example.com", "password": PASSWORD}


@pytest.fixture
async def home(new_tenant: NewTenant, runtime: Runtime, ctx_for: CtxFor) -> Tenant:
    """A tenant whose administrator's role carries a permission of the console."""
    tenant = await new_tenant()
    await runtime.directory.refresh()
    async with ctx_for(tenant).begin() as tx:
        await runtime.auth.ensure_user(
            tx, email=STAFF["email"], password=PASSWORD, display_name="Hana", roles=["admin"]
        )
        await tx.execute(
            "INSERT INTO core_role_permission (role_id, permission) VALUES ('admin', 'agency.tenants.read')"
        )
    return tenant


async def _enrol(ctx: TenantCtx) -> None:
    async with ctx.begin() as tx:
        user_id = await tx.value("SELECT id FROM core_user WHERE email = $1", STAFF["email"])
        await totp.enrol(tx, ctx.runtime.auth.totp_sealer, ctx.tenant, user_id, SECRET)


async def _may(ctx: TenantCtx, browser: httpx.AsyncClient) -> tuple[bool, bool]:
    """(holds the permission, passed a second factor), as the next request of ``browser`` will find."""
    token = browser.cookies.get("sid")
    http = ctx.http
    actor = await ctx.runtime.auth.actor(
        ctx.tenant, cookies={"sid": token or ""}, authorization=None, http=http
    )
    return actor.can("agency.tenants.read"), actor.has_mfa


@pytest.mark.req("LC-0.16")
async def test_a_code_at_login_counts_and_a_password_alone_does_not(
    home: Tenant, client: ClientFor, ctx_for: CtxFor
) -> None:
    ctx = ctx_for(home)
    plain = client(home)
    assert (await plain.post("/login", data=STAFF)).headers["location"] != "/login/code"
    assert await _may(ctx, plain) == (True, False)

    await _enrol(ctx)
    assert await _may(ctx, plain) == (True, False)
    proven = client(home)
    assert (await proven.post("/login", data=STAFF)).headers["location"] == "/login/code"
    await proven.post("/login/code", data={"code": TOTP(SECRET).now()})
    assert await _may(ctx, proven) == (True, True)


@pytest.mark.req("LC-0.16")
async def test_pages_lead_to_the_set_up_and_the_api_says_why(
    runtime: Runtime, client: ClientFor, ctx_for: CtxFor, new_tenant: NewTenant, home: Tenant
) -> None:
    from nakamise.tenancy import switches
    from nakamise.tenancy.owner import owner_transaction

    async with owner_transaction(runtime.settings) as connection:
        await connection.execute("UPDATE nakamise.tenant SET plan = 'unlimited' WHERE id = $1", home.id)
    await switches.enable(runtime, home.id, "agency")
    browser = client(home)
    await browser.post("/login", data=STAFF)
    page = await browser.get("/admin/agency")
    assert (page.status_code, page.headers["location"]) == (303, "/account/security")
    assert "two-step" in (await browser.get("/account/security", headers={"Accept-Language": "en"})).text

    device = client(home)
    login = await device.post("/api/auth/login", json=STAFF)
    bearer = {"Authorization": f"Bearer {login.json()['tokens']['access_token']}"}
    refused = await device.get("/api/agency/tenants", headers=bearer)
    assert (refused.status_code, refused.json()["code"]) == (403, "mfa_required")
