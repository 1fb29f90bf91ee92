from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable

import httpx
import pytest

from nakamise.plugin.context import Tenant
from nakamise.testing.fixtures import ClientFor, CtxFor, MakeTenant

Login = Callable[[Tenant], Awaitable[httpx.AsyncClient]]
PASSWORD = "correct horse 2026"


@pytest.fixture(scope="session")
async def with_hello(make_tenant: MakeTenant) -> Tenant:
    return await make_tenant(plugins=("hello",))


@pytest.fixture(scope="session")
async def without_hello(make_tenant: MakeTenant) -> Tenant:
    return await make_tenant()


@pytest.fixture
def admin(ctx_for: CtxFor, client: ClientFor) -> Login:
    """A browser in which a new administrator of the tenant is logged in, reading English."""

    async def log_in(tenant: Tenant) -> httpx.AsyncClient:
        ctx = ctx_for(tenant)
        email = f"{secrets.token_hex(4)}@example.com"
        async with ctx.begin() as tx:
            await ctx.runtime.auth.ensure_user(
                tx, email=email, password=PASSWORD, display_name="Admin", roles=("admin",)
            )
        browser = client(tenant)
        browser.headers["accept-language"] = "en"
        answer = await browser.post("/login", data={"email": email, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return browser

    return log_in
