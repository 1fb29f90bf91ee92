"""A site with users, its own still clock, and browsers and apps that talk to it over HTTP."""

from __future__ import annotations

import re
import secrets
import uuid
from dataclasses import dataclass, field

import httpx
import msgspec

from nakamise.clock import FixedClock
from nakamise.plugin.context import SYSTEM, Tenant, TenantCtx
from nakamise.routing.asgi import App
from nakamise.runtime import Runtime
from nakamise.testing.people import PASSWORD, hash_of_password

__all__ = ["PASSWORD", "SentMail", "Site", "User"]


class SentMail(msgspec.Struct, frozen=True):
    recipient: str
    subject: str
    text_body: str
    html_body: str

    @property
    def token(self) -> str:
        found = re.search(r"[?&]token=([A-Za-z0-9_-]+)", self.text_body)
        assert found is not None, self.text_body
        return found[1]


@dataclass
class Site:
    """One tenant; ``close`` closes the clients that were made."""

    runtime: Runtime
    app: App
    tenant: Tenant
    clock: FixedClock
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    @property
    def ctx(self) -> TenantCtx:
        return TenantCtx(self.runtime, self.tenant, SYSTEM, self.runtime.host.lineup(self.tenant.plugins))

    def browser(self, *, address: str = "127.0.0.1", language: str = "ja") -> httpx.AsyncClient:
        """Keeps cookies and says where its requests come from."""
        base_url = self.runtime.directory.base_url(self.tenant)
        return self._client(address, {"Origin": base_url, "Accept-Language": language})

    def device(self, access_token: str | None = None, *, address: str = "127.0.0.1") -> httpx.AsyncClient:
        """An app with a bearer token; no browser's headers."""
        headers = {"Authorization": f"Bearer {access_token}"} if access_token else {}
        return self._client(address, {"Accept-Language": "en", **headers})

    def _client(self, address: str, headers: dict[str, str]) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=self.app, client=(address, 50000))
        base_url = self.runtime.directory.base_url(self.tenant)
        made = httpx.AsyncClient(transport=transport, base_url=base_url, headers=headers)
        self.clients.append(made)
        return made

    async def close(self) -> None:
        for client in self.clients:
            await client.aclose()

    async def user(self, *, roles: tuple[str, ...] = (), email: str = "", verified: bool = True) -> User:
        email = email or f"u{secrets.token_hex(4)}@example.com"
        async with self.ctx.begin() as tx:
            user_id = await self.runtime.auth.ensure_user(
                tx,
                email=email,
                password=PASSWORD,
                display_name="みか",
                roles=roles,
                password_hash=await hash_of_password(self.runtime),
            )
            if not verified:
                await tx.execute("UPDATE core_user SET email_verified_at = NULL WHERE id = $1", user_id)
        return User(user_id, email)

    async def logged_in(self, user: User, **options: str) -> httpx.AsyncClient:
        browser = self.browser(**options)
        answer = await browser.post("/login", data={"email": user.email, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return browser

    async def tokens(self, user: User) -> tuple[str, str]:
        """Access and refresh token."""
        answer = await self.device().post("/api/auth/login", json={"email": user.email, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        tokens = answer.json()["tokens"]
        return tokens["access_token"], tokens["refresh_token"]

    async def logged_in_device(self, user: User) -> httpx.AsyncClient:
        return self.device((await self.tokens(user))[0])

    async def mails(self, recipient: str) -> list[SentMail]:
        """The newest last."""
        async with self.ctx.read() as tx:
            return await tx.all(
                SentMail,
                "SELECT recipient, subject, text_body, html_body FROM core_mail WHERE recipient = $1"
                " ORDER BY created_at, id",
                recipient,
            )

    async def acts(self, user_id: uuid.UUID) -> list[str]:
        async with self.ctx.read() as tx:
            return await tx.values("SELECT act FROM core_audit WHERE actor_id = $1 ORDER BY at, id", user_id)


@dataclass(frozen=True)
class User:
    id: uuid.UUID
    email: str
