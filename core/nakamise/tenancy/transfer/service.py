"""Exports that an agency asks for: done by a worker, downloaded by a signed URL, removed after a week."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import asyncpg
import msgspec

from nakamise.errors import Conflict, NotFound
from nakamise.ids import uuid7
from nakamise.plugin.context import Tenant
from nakamise.storage import UrlSigner
from nakamise.ui.i18n import N_

if TYPE_CHECKING:
    from nakamise.runtime import Runtime

EXPORT_JOB: Final = "core.export_tenant"
KEPT: Final = timedelta(days=7)
LINK_S: Final = 300
_FIELDS: Final = (
    "SELECT id, tenant_id, home_tenant_id, state, done, total, size, error, requested_by, created_at, expires_at"
    " FROM transfer WHERE kind = 'export'"
)

TransferState = Literal["queued", "running", "done", "failed", "expired"]


class Transfer(msgspec.Struct, frozen=True, kw_only=True):
    """``done`` of ``total`` bytes are read (0: not known yet); ``size`` is the finished file's."""

    id: uuid.UUID
    tenant_id: uuid.UUID
    home_tenant_id: uuid.UUID
    state: TransferState
    done: int
    total: int
    size: int
    error: str
    requested_by: str
    created_at: datetime
    expires_at: datetime


class TransferJob(msgspec.Struct, frozen=True):
    transfer_id: uuid.UUID


async def start_export(runtime: Runtime, home: Tenant, tenant_id: uuid.UUID, *, actor: str) -> Transfer:
    """``home`` is the agency's own tenant: its worker does it, its host serves the file.

    Secrets stay out: whoever can download the file would hold them. Raises NotFound, and Conflict while
    an export of this tenant is under way.
    """
    transfer_id = uuid7()
    async with runtime.db.control() as tx:
        try:
            await tx.execute(
                "INSERT INTO transfer (id, kind, tenant_id, home_tenant_id, requested_by, expires_at)"
                " VALUES ($1, 'export', $2, $3, $4, $5)",
                *(transfer_id, tenant_id, home.id, actor, runtime.clock.now() + KEPT),
            )
        except asyncpg.UniqueViolationError as error:
            raise Conflict(N_("An export of this tenant is under way already.")) from error
        except asyncpg.ForeignKeyViolationError as error:
            raise NotFound from error
    async with runtime.db.tenant(home.schema) as tx:
        await runtime.jobs.enqueue(tx, EXPORT_JOB, TransferJob(transfer_id))
    return await transfer(runtime, transfer_id)


async def transfers(runtime: Runtime, tenant_id: uuid.UUID) -> list[Transfer]:
    """The newest first."""
    async with runtime.db.control(read_only=True) as tx:
        return await tx.all(Transfer, f"{_FIELDS} AND tenant_id = $1 ORDER BY created_at DESC, id", tenant_id)


async def transfer(runtime: Runtime, transfer_id: uuid.UUID) -> Transfer:
    """Raises NotFound."""
    async with runtime.db.control(read_only=True) as tx:
        found = await tx.first(Transfer, f"{_FIELDS} AND id = $1", transfer_id)
    if found is None:
        raise NotFound
    return found


def download_path(runtime: Runtime, home: Tenant, one: Transfer, *, expires_s: int = LINK_S) -> str:
    """For ``home``'s host only. Raises Conflict unless the file is there."""
    if one.state != "done":
        raise Conflict(N_("This export is not finished, or its file was removed."))
    query = UrlSigner(runtime.settings.secret_key, runtime.clock).query(signed_name(home, one.id), expires_s)
    return f"/transfers/{one.id}?{query}"


def signed_name(home: Tenant, transfer_id: uuid.UUID) -> str:
    return f"{home.schema}/transfers/{transfer_id}"


def file_of(runtime: Runtime, transfer_id: uuid.UUID) -> Path:
    return runtime.settings.data_dir / "transfers" / f"{transfer_id}.zip"


async def remove_export_files(runtime: Runtime, tenant_id: uuid.UUID) -> None:
    for one in await transfers(runtime, tenant_id):
        file_of(runtime, one.id).unlink(missing_ok=True)
