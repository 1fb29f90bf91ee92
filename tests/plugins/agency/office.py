"""An agency's console as its staff use it: in a browser and by API."""

from __future__ import annotations

import re
import secrets
import uuid
from dataclasses import dataclass
from typing import Any, Final

import asyncpg
import httpx

from nakamise.contracts.control import ControlPlane, NewTenantRequest, TenantDetail
from nakamise.plugin.context import Tenant
from nakamise.runtime import Runtime
from nakamise.testing.author_fixtures import As
from nakamise.testing.fixtures import MakeTenant
from nakamise.testing.people import Person

CONSOLE: Final = "/admin/agency"


@dataclass(frozen=True)
class Office:
    agency_id: uuid.UUID
    home: Tenant
    person: Person

    @property
    def client(self) -> httpx.AsyncClient:
        return self.person.client

    @property
    def plane(self) -> ControlPlane:
        return self.person.ctx.service(ControlPlane)

    async def site(self, name: str = "花と器のお店") -> TenantDetail:
        slug = f"s-{secrets.token_hex(5)}"
        return await self.plane.create(
            NewTenantRequest(name=name, slug=slug, admin_email=f"{slug}@example.com", admin_name="みどり")
        )

    def tenant(self, tenant_id: uuid.UUID) -> Tenant:
        found = self.person.ctx.runtime.directory.by_id(tenant_id)
        assert found is not None
        return found

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(CONSOLE + path)

    async def post(self, path: str, **fields: str) -> httpx.Response:
        return await self.client.post(CONSOLE + path, data=fields)

    async def api(self, method: str, path: str, **options: Any) -> httpx.Response:
        return await self.client.request(method, f"/api/agency{path}", **options)


def words_of(answer: httpx.Response) -> str:
    """The page's text without the marks where Japanese lines may break."""
    return re.sub(r"<wbr>|\u200b", "", answer.text)


async def open_office(
    runtime: Runtime,
    owner: asyncpg.Connection,
    make_tenant: MakeTenant,
    as_admin: As,
    *,
    is_operator: bool = False,
) -> Office:
    home = await make_tenant(plugins=("agency",))
    agency_id, slug = uuid.uuid4(), f"a-{secrets.token_hex(5)}"
    if is_operator:
        await owner.execute("UPDATE nakamise.agency SET is_operator = false WHERE is_operator")
    await owner.execute(
        "INSERT INTO nakamise.agency (id, slug, name, home_tenant_id, is_operator) VALUES ($1, $2, $3, $4, $5)",
        *(agency_id, slug, f"{slug}商店", home.id, is_operator),
    )
    await runtime.directory.refresh()
    fresh = runtime.directory.by_id(home.id)
    assert fresh is not None
    return Office(agency_id, fresh, await as_admin(fresh, mfa=True))
