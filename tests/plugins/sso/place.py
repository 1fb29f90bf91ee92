"""An installation that may call the providers of these tests, and what people do in it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from nakamise.plugin.context import Tenant, TenantCtx
from nakamise.routing.asgi import App
from nakamise.runtime import Runtime
from nakamise.testing.people import PASSWORD, Person, hash_of_password, sign_in
from nakamise.testing.tenants import client_of, ctx_of, tenant_with
from tests.plugins.sso.strict import CLIENT_ID, CLIENT_SECRET


@dataclass
class Place:
    runtime: Runtime
    app: App
    _open: list[httpx.AsyncClient] = field(default_factory=list)

    async def shop(self, *, label: str = "会社のアカウント") -> Shop:
        tenant = await tenant_with(self.runtime, ("sso",))
        return Shop(self, tenant, await self.person(tenant, "admin"), label)

    async def person(self, tenant: Tenant, *roles: str, mfa: bool = False) -> Person:
        return await sign_in(self.ctx(tenant), self.browser(tenant), roles, "Staff", mfa=mfa)

    def ctx(self, tenant: Tenant) -> TenantCtx:
        return ctx_of(self.runtime, tenant)

    def browser(self, tenant: Tenant) -> httpx.AsyncClient:
        made = client_of(self.app, self.runtime, tenant)
        made.headers["accept-language"] = "en"
        self._open.append(made)
        return made

    async def close(self) -> None:
        for client in self._open:
            await client.aclose()


@dataclass
class Shop:
    place: Place
    tenant: Tenant
    admin: Person
    label: str

    @property
    def ctx(self) -> TenantCtx:
        return self.place.ctx(self.tenant)

    def browser(self) -> httpx.AsyncClient:
        return self.place.browser(self.tenant)

    async def add(self, url: str, **more: Any) -> uuid.UUID:
        """A provider, by API."""
        given = {
            "label": self.label,
            "discovery_url": url,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            **more,
        }
        answer = await self.admin.client.post("/api/sso/providers", json=given)
        assert answer.status_code == 201, answer.text
        return uuid.UUID(answer.json()["id"])

    async def user(self, email: str, *roles: str, verified: bool = True) -> uuid.UUID:
        async with self.ctx.begin() as tx:
            user_id = await self.place.runtime.auth.ensure_user(
                tx,
                email=email,
                password=PASSWORD,
                display_name="Known",
                roles=roles,
                password_hash=await hash_of_password(self.place.runtime),
            )
            if not verified:
                await tx.execute("UPDATE core_user SET email_verified_at = NULL WHERE id = $1", user_id)
        return user_id

    async def roles_of(self, email: str) -> set[str]:
        async with self.ctx.read() as tx:
            return set(
                await tx.values(
                    "SELECT r.role_id FROM core_user_role r JOIN core_user u ON u.id = r.user_id"
                    " WHERE u.email_key = $1",
                    email,
                )
            )

    async def acts(self) -> list[str]:
        async with self.ctx.read() as tx:
            return await tx.values("SELECT act FROM core_audit ORDER BY at, id")


async def to_provider(browser: httpx.AsyncClient, provider_id: uuid.UUID, next_path: str = "") -> str:
    """Press the button; the address at the provider to which the browser is sent."""
    query = {"next": next_path} if next_path else {}
    answer = await browser.get(f"/sso/login/{provider_id}", params=query)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def back(location: str) -> str:
    """What the strict provider, asked at ``location``, sends the browser back with."""
    async with httpx.AsyncClient() as outside:
        answer = await outside.get(location)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


async def log_in(browser: httpx.AsyncClient, provider_id: uuid.UUID, next_path: str = "") -> httpx.Response:
    return await browser.get(await back(await to_provider(browser, provider_id, next_path)))


def query_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


def why(answer: httpx.Response) -> str:
    """The code that a page of refusal names."""
    assert answer.status_code in (400, 403), f"{answer.status_code} {answer.headers.get('location')}"
    return answer.text.rsplit("Code for enquiries: ", 1)[1].split("<", 1)[0]
