"""A tenant's look: what it is, and changes to it."""

from __future__ import annotations

import uuid
from typing import Any, Final

import asyncpg
import msgspec

from nakamise.admin.site.settings import OWNER, SiteSettings
from nakamise.contracts.control import BrandPicture, BrandUpdate, BrandView
from nakamise.db import Tx
from nakamise.errors import Conflict, Invalid
from nakamise.images.errors import ImageRefused
from nakamise.media import add_picture, media_of
from nakamise.plugin.context import SYSTEM, Tenant, TenantCtx
from nakamise.runtime import Runtime
from nakamise.tenancy.agencies.look_faults import faults_of
from nakamise.tenancy.agencies.scope import Found, Scope, find, locked
from nakamise.tenancy.blueprint_file import PICTURES
from nakamise.tenancy.control import announce
from nakamise.tenancy.owner import owner_transaction
from nakamise.ui.i18n import N_
from nakamise.ui.theme import Brand

# Where each field of a BrandUpdate is kept: a column, the site's settings, the brand under another name.
_NAME: Final = "name"
_MAIL: Final = {"mail_name": "mail_sender_name", "mail_sender": "mail_sender_address"}
_KIND: Final = "art"
_SITE: Final = "SELECT settings FROM nakamise.plugin_switch WHERE tenant_id = $1 AND plugin = $2"


async def view(tx: Tx, found: Found) -> BrandView:
    """``tx`` is on the shared schema."""
    stored = await tx.value(_SITE, found.id, OWNER)
    return _view(found.name, found.brand, stored or {})


async def update(runtime: Runtime, scope: Scope, tenant_id: uuid.UUID, change: BrandUpdate) -> BrandView:
    """Raises Invalid, NotFound."""
    values = given(change)
    async with owner_transaction(runtime.settings) as connection:
        found = await locked(connection, scope, tenant_id)
        if faults := await faults_of(connection, runtime.settings.base_domain, tenant_id, values):
            raise Invalid(faults)
        before = await connection.fetchval(_SITE, tenant_id, OWNER)
        look = _view(found.name, found.brand, before or {})
        await write(connection, found, values)
        # Forms send every field: the log names what became different.
        detail = {"changed": sorted(name for name in values if getattr(look, name) != values[name])}
        await announce(connection, tenant_id, "tenant.brand", actor=scope.by, detail=detail)
    await runtime.directory.catch_up()
    async with runtime.db.control(read_only=True) as tx:
        return await view(tx, await find(tx, scope, tenant_id))


def given(change: BrandUpdate) -> dict[str, Any]:
    """What is set, by field name; texts without outer blanks."""
    fields = {name: getattr(change, name) for name in change.__struct_fields__}
    values = {name: value for name, value in fields.items() if value is not msgspec.UNSET}
    return {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}


async def write(connection: asyncpg.Connection, found: Found, values: dict[str, Any]) -> None:
    """Inside the owner's transaction; ``values`` were checked."""
    brand = {**found.brand, **{k: v for k, v in values.items() if k != _NAME and k not in _MAIL}}
    await connection.execute(
        "UPDATE nakamise.tenant SET name = $2, brand = $3 WHERE id = $1",
        found.id,
        values.get(_NAME, found.name),
        brand,
    )
    if mail := {key: values[name] for name, key in _MAIL.items() if name in values}:
        await connection.execute(
            "INSERT INTO nakamise.plugin_switch (tenant_id, plugin, settings) VALUES ($1, $2, $3)"
            " ON CONFLICT (tenant_id, plugin) DO UPDATE SET settings = plugin_switch.settings || excluded.settings,"
            " changed_at = now()",
            found.id,
            OWNER,
            mail,
        )


async def set_picture(
    runtime: Runtime, scope: Scope, tenant_id: uuid.UUID, picture: BrandPicture, data: bytes | None
) -> BrandView:
    """Raises Invalid, NotFound; Conflict for a tenant that is being deleted."""
    async with runtime.db.control(read_only=True) as tx:
        await find(tx, scope, tenant_id)
    media = None if data is None else await _ingest(runtime, tenant_id, picture, data)
    async with owner_transaction(runtime.settings) as connection:
        found = await locked(connection, scope, tenant_id)
        brand = {key: value for key, value in found.brand.items() if key != picture}
        if media is not None:
            brand[picture] = media
        await connection.execute("UPDATE nakamise.tenant SET brand = $2 WHERE id = $1", tenant_id, brand)
        detail = {"changed": [picture]}
        await announce(connection, tenant_id, "tenant.brand", actor=scope.by, detail=detail)
    await runtime.directory.catch_up()
    async with runtime.db.control(read_only=True) as tx:
        return await view(tx, await find(tx, scope, tenant_id))


async def _ingest(runtime: Runtime, tenant_id: uuid.UUID, picture: str, data: bytes) -> dict[str, Any]:
    """Into the tenant's own store."""
    tenant = runtime.directory.by_id(tenant_id)
    if tenant is None:
        raise Conflict(N_("This site is being deleted."), code="deleting")
    ctx = system_ctx(runtime, tenant)
    try:
        media_id = await add_picture(ctx, data, _KIND)
    except ImageRefused as fault:
        raise Invalid({picture: fault}) from fault
    async with ctx.read() as tx:
        media = (await media_of(tx, [media_id]))[media_id]
    made: dict[str, Any] = msgspec.to_builtins(media)
    return made


def system_ctx(runtime: Runtime, tenant: Tenant) -> TenantCtx:
    return TenantCtx(runtime, tenant, SYSTEM, runtime.host.lineup(tenant.plugins))


def _view(name: str, brand: dict[str, Any], site: dict[str, Any]) -> BrandView:
    known = set(Brand.__struct_fields__)
    theme = {key: value for key, value in brand.items() if key in known}
    chosen = msgspec.structs.asdict(msgspec.convert({"name": name, **theme}, Brand, strict=False))
    defaults = SiteSettings()
    return msgspec.convert(
        {
            **chosen,
            **{key: str(brand.get(key, "")) for key in ("name_en", "tagline", "tagline_en", "copyright")},
            **{ours: site.get(theirs, getattr(defaults, theirs)) for ours, theirs in _MAIL.items()},
            "pictures": {key: brand[key] for key in PICTURES if brand.get(key)},
        },
        BrandView,
    )
