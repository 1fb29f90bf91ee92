"""Sealed values under the installation's newest secret: what has to happen before an old one is forgotten.

A tenant at a time, each in one transaction; whoever runs it twice finds nothing left to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import asyncpg
import msgspec
from cryptography.exceptions import InvalidTag

from nakamise.auth.sealing import Sealer
from nakamise.errors import Unsealable
from nakamise.host import sealed_settings
from nakamise.host.vault import Vault
from nakamise.tenancy.control import announce, lock_tenant
from nakamise.tenancy.owner import owner_transaction
from nakamise.tenancy.transfer.tables import quoted

if TYPE_CHECKING:
    from nakamise.plugin.context import Tenant
    from nakamise.plugin.manifest import SealedColumn
    from nakamise.runtime import Runtime

TOTP: Final = "totp"


class Resealed(msgspec.Struct):
    """How many values were sealed anew."""

    settings: int = 0
    columns: int = 0
    second_factors: int = 0

    @property
    def all(self) -> int:
        return self.settings + self.columns + self.second_factors


async def reseal_all(runtime: Runtime) -> Resealed:
    """Every tenant. Raises Unsealable for a value that no known secret opens; that tenant is left as it was."""
    total = Resealed()
    for tenant in runtime.directory.all():
        done = await reseal(runtime, tenant)
        total.settings += done.settings
        total.columns += done.columns
        total.second_factors += done.second_factors
    await runtime.directory.catch_up()
    return total


async def reseal(runtime: Runtime, tenant: Tenant) -> Resealed:
    """Raises Unsealable."""
    vault = runtime.host.vault
    if vault is None:
        raise RuntimeError("the runtime has no vault")
    done = Resealed()
    async with owner_transaction(runtime.settings) as connection:
        await lock_tenant(connection, tenant.id)
        done.settings = await _settings(connection, vault, tenant)
        for manifest in runtime.host.usable:
            for column in manifest.sealed:
                done.columns += await _column(connection, vault, tenant, column)
        done.second_factors = await _second_factors(connection, runtime, tenant)
        if done.all:
            await announce(connection, tenant.id, "keys.reseal", detail={"values": done.all})
    return done


async def _settings(connection: asyncpg.Connection, vault: Vault, tenant: Tenant) -> int:
    rows = await connection.fetch(
        "SELECT plugin, settings FROM nakamise.plugin_switch WHERE tenant_id = $1", tenant.id
    )
    total = 0
    for row in rows:
        changed, count = sealed_settings.reseal(vault, tenant.id, row["plugin"], row["settings"])
        total += count
        if count:
            await connection.execute(
                "UPDATE nakamise.plugin_switch SET settings = $3 WHERE tenant_id = $1 AND plugin = $2",
                *(tenant.id, row["plugin"], changed),
            )
    return total


async def _column(connection: asyncpg.Connection, vault: Vault, tenant: Tenant, sealed: SealedColumn) -> int:
    """A plugin that was never on here has no table."""
    table = f"{quoted(tenant.schema)}.{quoted(sealed.table)}"
    if await connection.fetchval("SELECT to_regclass($1)", table) is None:
        return 0
    key, column = quoted(sealed.key), quoted(sealed.column)
    rows = await connection.fetch(
        f"SELECT {key}::text AS key, {column} AS value FROM {table} WHERE {column} <> ''"  # noqa: S608 - of a manifest
    )
    old = [row for row in rows if not vault.is_current(row["value"])]
    for row in old:
        place = sealed.place(row["key"])
        again = vault.seal(tenant.id, place, vault.unseal(tenant.id, place, row["value"]))
        await connection.execute(
            f"UPDATE {table} SET {column} = $3 WHERE {key}::text = $1 AND {column} = $2",  # noqa: S608 - of a manifest
            *(row["key"], row["value"], again),
        )
    return len(old)


async def _second_factors(connection: asyncpg.Connection, runtime: Runtime, tenant: Tenant) -> int:
    settings, table = runtime.settings, f"{quoted(tenant.schema)}.core_totp"
    sealer = Sealer(settings.secret_key, TOTP, settings.old_secret_keys)
    count = 0
    for row in await connection.fetch(f"SELECT user_id, sealed_secret FROM {table}"):  # noqa: S608 - a checked name
        owner, value = row["user_id"], row["sealed_secret"]
        if sealer.is_current(tenant.id, owner, value):
            continue
        try:
            plain = sealer.open(tenant.id, owner, value)
        except InvalidTag as error:
            raise Unsealable(
                f"core_totp: the secret of {owner} was sealed under a key that is not here"
            ) from error
        await connection.execute(
            f"UPDATE {table} SET sealed_secret = $2 WHERE user_id = $1",  # noqa: S608 - a checked name
            *(owner, sealer.seal(tenant.id, owner, plain)),
        )
        count += 1
    return count
