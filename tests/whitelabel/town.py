"""An installation of its own: two shops under two agencies, an operator, a mail server that they send by."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Final, Literal

import asyncpg
import httpx
import msgspec

from nakamise.app import create_app
from nakamise.building import build_runtime, close_runtime
from nakamise.contracts.control import BrandUpdate, ControlPlane
from nakamise.embedded import EmbeddedPostgres
from nakamise.host.discovery import installed_entry_points
from nakamise.host.registry import PluginHost
from nakamise.host.routes import Mounting
from nakamise.plugin.context import SYSTEM, Actor, Tenant, TenantCtx
from nakamise.routing.asgi import App
from nakamise.runtime import Runtime
from nakamise.settings import Settings
from nakamise.tenancy.owner import owner_connection
from nakamise.testing.drain import drain
from nakamise.testing.tenants import client_of, ctx_of, current, tenant_with
from tests.core.mail.smtp_servers import Inbox, smtp_server
from tests.faults.ground import prepared
from tests.isolation.console import outside_office
from tests.isolation.house import PLUGINS, House, furnish, picture
from tests.isolation.lines import connect
from tests.isolation.stage import raise_stage
from tests.whitelabel.forbidden import Words

SHOP_PLUGINS: Final = tuple(plugin for plugin in PLUGINS if plugin != "agency")
# Who did what is shown to a tenant by the person's name, never by the agency's.
STAFF_NAME: Final = "Hana Sato"


@dataclass
class Town:
    """``places``: the shops "left" and "right", the consoles "north" (over left), "south" and "operator"."""

    runtime: Runtime
    app: App
    inbox: Inbox
    owner: asyncpg.Connection
    stack: AsyncExitStack
    places: dict[str, House] = field(default_factory=dict)

    def ctx(self, tenant: Tenant, actor: Actor | None = None) -> TenantCtx:
        return ctx_of(self.runtime, tenant, actor or SYSTEM)

    def client(self, tenant: Tenant) -> httpx.AsyncClient:
        made = client_of(self.app, self.runtime, tenant)
        self.stack.push_async_callback(made.aclose)
        return made

    async def make(self, *, plugins: tuple[str, ...] = (), slug: str | None = None) -> Tenant:
        return await tenant_with(self.runtime, plugins, slug=slug)

    async def make_shop(self, *, plugins: tuple[str, ...] = (), slug: str | None = None) -> Tenant:
        """No console of an agency, whatever is asked for."""
        return await self.make(plugins=SHOP_PLUGINS, slug=slug)

    async def drain(self, tenant: Tenant, *, allow_failures: bool = False) -> None:
        await drain(self.runtime, tenant, allow_failures=allow_failures)

    def plane(self, office: str) -> ControlPlane:
        house = self.places[office]
        staff = Actor(user_id=house.people["admin"].id, display_name=STAFF_NAME, has_mfa=True)
        return self.ctx(house.stall.tenant, staff).service(ControlPlane)

    async def words_for(self, *mine: str) -> Words:
        """What may not be read where the names of ``mine`` may."""
        others: dict[str, str] = {}
        for name in self.places:
            if name not in mine:
                others |= dict.fromkeys(await self._names_of(name), f"{name}'s")
        return Words({word: owner for word, owner in others.items() if word})

    async def agency_of(self, office: str, column: Literal["id", "slug", "name"]) -> str:
        """ "" for a shop."""
        home = self.places[office].id
        query = f"SELECT {column}::text FROM nakamise.agency WHERE home_tenant_id = $1"
        return str(await self.owner.fetchval(query, home) or "")

    async def _names_of(self, name: str) -> list[str]:
        """Also the domain that its mail comes from, which is its host's."""
        house = self.places[name]
        tenant = current(self.runtime, house.stall.tenant)
        agency = [await self.agency_of(name, column) for column in ("id", "slug", "name")]
        return [house.canary, tenant.slug, tenant.canonical_host, tenant.schema, str(tenant.id), *agency]


@asynccontextmanager
async def opened(postgres: EmbeddedPostgres, data_dir: Path) -> AsyncIterator[Town]:
    inbox = Inbox()
    settings = await prepared(postgres, data_dir)
    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(smtp_server(inbox))
        settings = msgspec.structs.replace(settings, smtp_url=f"smtp://127.0.0.1:{port}")
        runtime = await _runtime(settings, stack)
        owner = await stack.enter_async_context(owner_connection(settings))
        town = Town(runtime, create_app(runtime), inbox, owner, stack)
        await _settle(town)
        yield town


async def _runtime(settings: Settings, stack: AsyncExitStack) -> Runtime:
    """One package of somebody's is broken, and says so in our name."""
    broken = metadata.EntryPoint("broken", "nakamise_broken.nowhere:manifest", "nakamise.plugins")
    host = PluginHost.discover(entry_points=[*installed_entry_points(), broken], mounting=Mounting.UNTRIED)
    runtime = await build_runtime(settings, host=host)
    stack.push_async_callback(close_runtime, runtime)
    return runtime


async def _settle(town: Town) -> None:
    for name in ("left", "right"):
        shop = await furnish(town.make_shop, town.ctx, town.client, town.drain)
        await connect(shop, town.client(shop.stall.tenant))
        await raise_stage(shop)
        town.places[name] = shop
    for name, over in (("north", "left"), ("south", "right"), ("operator", "")):
        shop_below = town.places.get(over)
        town.places[name] = await outside_office(town.make, town.ctx, town.runtime, town.owner, shop_below)
        await _rename(town, name)
    for office, shop_name in (("north", "left"), ("south", "right")):
        await _look_after(town, office, town.places[shop_name])
    await visit(town, "operator", town.places["left"])


async def _rename(town: Town, office: str) -> None:
    """A word of its own, because its name may be said where its host may not."""
    home, name = town.places[office].id, f"partner{secrets.token_hex(6)}"
    for query in (
        "UPDATE nakamise.agency SET name = $1 WHERE home_tenant_id = $2",
        "UPDATE nakamise.tenant SET name = $1 WHERE id = $2",
    ):
        await town.owner.execute(query, name, home)
    await town.runtime.directory.refresh()


async def visit(town: Town, office: str, shop: House) -> httpx.AsyncClient:
    """Somebody of the office acts for the shop's administrator."""
    link = await town.plane(office).impersonate(shop.id, reason="送料設定のお問い合わせ")
    client = town.client(shop.stall.tenant)
    opened = await client.get(link.url)
    assert opened.status_code == httpx.codes.SEE_OTHER
    return client


async def _look_after(town: Town, office: str, shop: House) -> None:
    """Everything that an agency does to a shop and that may leave its name there."""
    plane, tenant = town.plane(office), shop.stall.tenant
    word = shop.canary
    look = BrandUpdate(
        name=f"{word} 本舗",
        name_en=f"{word} Store",
        tagline=f"{word} の日々",
        tagline_en=f"Days of {word}",
        copyright=f"© {word}",
        mail_name=f"{word} mail",
        mail_sender=f"shop@{tenant.canonical_host}",
    )
    await plane.update_brand(shop.id, look)
    for kind in ("logo", "icon"):
        await plane.set_picture(shop.id, kind, picture())
    claim = await plane.claim_host(shop.id, f"{word}.example.org")
    await plane.suspend(shop.id, "料金の確認のため")
    await plane.resume(shop.id)
    await visit(town, office, shop)
    export = await plane.start_export(shop.id)
    await town.drain(town.places[office].stall.tenant)
    await town.drain(tenant)
    console = {
        "tenant_id": str(shop.id),
        "host": claim.host,
        "slugs/slug": f"s-{secrets.token_hex(5)}",
        "transfer_id": str(export.id),
    }
    town.places[office].things = {**shop.things, **console, "agency_id": await town.agency_of(office, "id")}
    # For a shop there is no agency at all: what is asked for would come back in the answer.
    shop.things |= {**console, "agency_id": str(uuid.uuid4())}
