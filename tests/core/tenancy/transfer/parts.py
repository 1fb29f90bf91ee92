"""A tenant with something in every corner, and a second installation on a server of its own."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from nakamise.admin.site import seals
from nakamise.building import build_runtime, close_runtime
from nakamise.host.routes import Mounting
from nakamise.media import add_picture
from nakamise.plugin.context import SYSTEM, Tenant, TenantCtx
from nakamise.runtime import Runtime
from nakamise.settings import Settings
from nakamise.storage import new_key
from nakamise.tenancy.bootstrap import prepare_database
from nakamise.tenancy.control import announce
from nakamise.tenancy.owner import owner_transaction
from nakamise.testing.server import free_port, throwaway_postgres
from tests.core.images.corpus import one_bit_png

PASSWORD = "correct horse battery 2026"


def ctx_of(runtime: Runtime, tenant: Tenant) -> TenantCtx:
    return TenantCtx(runtime, tenant, SYSTEM, runtime.host.lineup(tenant.plugins))


async def furnish(runtime: Runtime, tenant: Tenant) -> str:
    """People, a second factor, pictures, a private object, jobs; the address of the first user."""
    ctx = ctx_of(runtime, tenant)
    email = f"{secrets.token_hex(4)}@example.com"
    async with ctx.begin() as tx:
        user_id = await runtime.auth.ensure_user(
            tx, email=email, password=PASSWORD, display_name="花子 \\N\t", roles=("admin",)
        )
        sealed = runtime.auth.totp_sealer.seal(tenant.id, user_id, b"JBSWY3DPEHPK3PXP")
        await tx.execute(
            "INSERT INTO core_totp (user_id, sealed_secret, confirmed_at) VALUES ($1, $2, now())",
            user_id,
            sealed,
        )
        await tx.execute(
            "INSERT INTO core_audit (id, act, detail) VALUES (gen_random_uuid(), 'note', $1)",
            {"tenant": str(tenant.id), "text": "改行\nと\\N"},
        )
        await ctx.enqueue(tx, "core.nothing", {"tenant": str(tenant.id)}, key="k")
        await ctx.enqueue(tx, "core.nothing", {"second": 2}, key="k")
    await seals.seal_rows(ctx)
    await add_picture(ctx, one_bit_png(64), "art")
    key = new_key(tenant.schema, "invoice", "pdf", private=True)
    await runtime.store.put(key, secrets.token_bytes(300_000), "application/pdf")
    async with owner_transaction(runtime.settings) as connection:
        brand = {"brand": "#123456", "logo": {"keys": {"64": key}}}
        await connection.execute("UPDATE nakamise.tenant SET brand = $2 WHERE id = $1", tenant.id, brand)
        await announce(connection, tenant.id, "test.furnish")
    await runtime.directory.refresh()
    return email


@asynccontextmanager
async def another_installation(folder: Path, secret_key: bytes | None = None) -> AsyncIterator[Runtime]:
    """With nobody in it, and with a secret key of its own."""
    with throwaway_postgres() as server:
        settings = Settings(
            secret_key=secret_key or secrets.token_urlsafe(32).encode(),
            port=free_port(),
            data_dir=folder,
            database_url=server.start(),
            pool_size=4,
        )
        await prepare_database(settings)
        runtime = await build_runtime(settings, mounting=Mounting.NOTHING)
        try:
            yield runtime
        finally:
            await close_runtime(runtime)
