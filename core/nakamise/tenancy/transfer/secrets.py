"""What is sealed with an installation's key, on its way to another one.

Secrets at rest open with one installation's key for one tenant only, so their columns are empty in the
archive. With a passphrase their plain values travel in one member, sealed with AES-256-GCM under a key that
scrypt makes of the passphrase (RFC 7914; N = 2^15, r = 8, p = 1: 32 MiB); the target seals them anew.
Without one they stay behind: people set up their second factor again, and secret settings are typed again.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Sequence
from typing import Any, Final

import asyncpg
import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from nakamise.auth.sealing import Sealer
from nakamise.host import sealed_settings
from nakamise.host.registry import PluginHost
from nakamise.tenancy.transfer import sealed_columns
from nakamise.tenancy.transfer.errors import PassphraseWrong, TransferError
from nakamise.tenancy.transfer.sealed_columns import PluginValue
from nakamise.tenancy.transfer.tables import quoted

_SALT_BYTES: Final = 16
_NONCE_BYTES: Final = 12
PASSPHRASE_MIN: Final = 12


class SealedColumn(msgspec.Struct, frozen=True):
    """``owner`` is the column, a key, whose id the value is bound to; ``purpose`` as in ``Sealer``.

    ``without`` are the statements for a tenant whose secrets stayed behind.
    """

    table: str
    column: str
    owner: str
    purpose: str
    without: tuple[str, ...]


SEALED: Final = (
    SealedColumn(
        "core_totp",
        "sealed_secret",
        "user_id",
        "totp",
        ("DELETE FROM core_recovery_code", "DELETE FROM core_totp"),
    ),
)


class SealedValue(msgspec.Struct, frozen=True):
    table: str
    owner: uuid.UUID
    plain: bytes


class Secrets(msgspec.Struct, frozen=True):
    """``settings``: all settings, opened, of plugins that have secret ones; ``plugins``: their columns."""

    values: list[SealedValue]
    settings: dict[str, dict[str, Any]]
    plugins: list[PluginValue] = []


def blank_columns(table: str, host: PluginHost) -> frozenset[str]:
    """The core's, and those that plugins declare."""
    ours = {sealed.column for sealed in SEALED if sealed.table == table}
    return sealed_columns.names_in(host, table) | ours


def without_sealed(value: Any) -> Any:
    """Stored settings with "" wherever a sealed value stands (see ``host.sealed_settings``)."""
    if isinstance(value, dict):
        if value.keys() == {sealed_settings.KEY}:
            return ""
        return {name: without_sealed(one) for name, one in value.items()}
    if isinstance(value, list):
        return [without_sealed(one) for one in value]
    return value


async def collect(
    connection: asyncpg.Connection,
    schema: str,
    tenant_id: uuid.UUID,
    secret_key: bytes,
    old_secret_keys: Sequence[bytes],
) -> list[SealedValue]:
    """Every sealed value, opened. Raises TransferError when this installation's keys do not open one."""
    values = []
    for sealed in SEALED:
        sealer = Sealer(secret_key, sealed.purpose, old_secret_keys)
        query = f"SELECT {sealed.owner}, {sealed.column} FROM {quoted(schema)}.{sealed.table}"  # noqa: S608 - constants
        for owner, value in await connection.fetch(query):
            try:
                plain = sealer.open(tenant_id, owner, value)
            except InvalidTag as error:
                raise TransferError(
                    f"{sealed.table}: a value of {owner} does not open with this installation's secret keys."
                ) from error
            values.append(SealedValue(sealed.table, owner, plain))
    return values


async def seal_again(
    connection: asyncpg.Connection,
    tenant_id: uuid.UUID,
    secret_key: bytes,
    values: list[SealedValue],
) -> None:
    """In a transaction whose path is the tenant's schema."""
    columns = {sealed.table: sealed for sealed in SEALED}
    for value in values:
        sealed = columns[value.table]
        again = Sealer(secret_key, sealed.purpose).seal(tenant_id, value.owner, value.plain)
        await connection.execute(
            f"UPDATE {sealed.table} SET {sealed.column} = $2 WHERE {sealed.owner} = $1",  # noqa: S608 - constants
            value.owner,
            again,
        )


async def leave_behind(connection: asyncpg.Connection) -> int:
    """The number of rows that went with their secrets; in a transaction whose path is the tenant's schema."""
    gone = 0
    for sealed in SEALED:
        for statement in sealed.without:
            tag = await connection.execute(statement)
            gone += int(tag.rpartition(" ")[2])
    return gone


def lock(secrets: Secrets, passphrase: str) -> bytes:
    """Raises TransferError for a passphrase that is too short to keep anything."""
    if len(passphrase) < PASSPHRASE_MIN:
        raise TransferError(f"Use a passphrase of at least {PASSPHRASE_MIN} characters.")
    salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
    sealed = AESGCM(_key(passphrase, salt)).encrypt(nonce, msgspec.json.encode(secrets), salt)
    return salt + nonce + sealed


def unlock(data: bytes, passphrase: str) -> Secrets:
    """Raises PassphraseWrong."""
    salt, rest = data[:_SALT_BYTES], data[_SALT_BYTES:]
    try:
        plain = AESGCM(_key(passphrase, salt)).decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], salt)
    except InvalidTag as error:
        raise PassphraseWrong("The passphrase is not the one of the export.") from error
    return msgspec.json.decode(plain, type=Secrets)


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(passphrase.encode())
