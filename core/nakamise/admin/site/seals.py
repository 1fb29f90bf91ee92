"""Seals over the audit log: whoever changes or removes a sealed row has to forge every seal after it.

Writing to the log takes no lock and no second query (ADR 0012). A seal is made afterwards, over all rows that
have none yet: each row's hash is kept in ``core_audit_link``, and the seal hashes those and the seal before.
The tenant's role may only add to these tables; who owns the database can do anything, but not unnoticed by
somebody who noted a seal's hash.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from nakamise.db import Tx
from nakamise.plugin.context import TenantCtx

if TYPE_CHECKING:
    from nakamise.jobs.queue import JobQueue

NOTHING: Final = bytes(32)
NIL: Final = uuid.UUID(int=0)
# How far before the last seal rows without one are looked for: no transaction lasts that long. ``verify``
# looks for them everywhere.
_LOOK_BACK: Final = timedelta(days=1)
SHOWN_MAX: Final = 20
EVERY_S: Final = 300

# Times as microseconds, so that no session's time zone gets into the hash.
_ROW_HASH: Final = (
    "sha256(convert_to(jsonb_build_array(a.id, (extract(epoch FROM a.at) * 1000000)::bigint, a.actor_id,"
    " a.actor_name, a.act, a.subject, a.ip, a.detail)::text, 'UTF8'))"
)
_SEAL: Final = f"""
WITH fresh AS MATERIALIZED (
    SELECT a.id AS audit_id, {_ROW_HASH} AS hash FROM core_audit a
    WHERE a.id >= $3 AND NOT EXISTS (SELECT 1 FROM core_audit_link l WHERE l.audit_id = a.id)
), seal AS (
    INSERT INTO core_audit_seal (number, row_count, prev_hash, hash)
    SELECT $1::bigint, count(*), $2::bytea,
        sha256($2::bytea || int8send($1::bigint) || string_agg(hash, ''::bytea ORDER BY audit_id))
    FROM fresh HAVING count(*) > 0
)
INSERT INTO core_audit_link (audit_id, seal, hash) SELECT audit_id, $1::bigint, hash FROM fresh
"""  # noqa: S608 - constants of this module
_WRONG_ROWS: Final = f"""
SELECT l.audit_id AS id, a.id IS NULL AS removed
FROM core_audit_link l LEFT JOIN core_audit a ON a.id = l.audit_id
WHERE a.id IS NULL OR l.hash <> {_ROW_HASH} ORDER BY l.audit_id LIMIT {SHOWN_MAX}
"""  # noqa: S608 - constants of this module
_WRONG_SEAL: Final = """
SELECT min(number) FROM (
    SELECT s.number, s.hash, s.row_count, count(l.audit_id) AS found,
        s.prev_hash = coalesce(lag(s.hash) OVER (ORDER BY s.number), $1::bytea)
        AND s.number = row_number() OVER (ORDER BY s.number) AS joined,
        sha256(s.prev_hash || int8send(s.number) || string_agg(l.hash, ''::bytea ORDER BY l.audit_id)) AS again
    FROM core_audit_seal s LEFT JOIN core_audit_link l ON l.seal = s.number GROUP BY s.number
) AS checked WHERE NOT joined OR row_count <> found OR hash IS DISTINCT FROM again
"""


class _Last(msgspec.Struct, frozen=True):
    number: int
    at: datetime
    hash: bytes


class _Wrong(msgspec.Struct, frozen=True):
    id: uuid.UUID
    removed: bool


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """``ok``: every sealed row is there and as it was. ``until`` and ``hash`` are the last seal's, to be noted.

    ``changed`` and ``removed`` are ids of rows (the first ones); ``broken_seal`` the first seal that is wrong.
    """

    ok: bool
    seals: int = 0
    rows: int = 0
    until: datetime | None = None
    hash: str = ""
    changed: list[uuid.UUID] = []
    removed: list[uuid.UUID] = []
    broken_seal: int | None = None


async def seal_rows(ctx: TenantCtx, *, everywhere: bool = False) -> int:
    """Seal what is not sealed yet; the number of rows."""
    async with ctx.begin() as tx:
        # One sealer at a time; who writes to the log does not wait for it.
        await tx.value("SELECT pg_advisory_xact_lock(hashtext('audit seals'), hashtext($1))", tx.schema)
        last = await _last(tx)
        floor = NIL if last is None or everywhere else _first_id(last.at - _LOOK_BACK)
        return await tx.execute(_SEAL, last.number + 1 if last else 1, last.hash if last else NOTHING, floor)


async def seal_quietly(ctx: TenantCtx) -> None:
    """The periodic task."""
    await seal_rows(ctx)


async def verify(ctx: TenantCtx) -> Verdict:
    """Seal what is new, then compute every hash again."""
    await seal_rows(ctx, everywhere=True)
    async with ctx.read() as tx:
        wrong = await tx.all(_Wrong, _WRONG_ROWS)
        broken = await tx.value(_WRONG_SEAL, NOTHING)
        last = await _last(tx)
        rows = await tx.value("SELECT coalesce(sum(row_count), 0)::bigint FROM core_audit_seal")
    return Verdict(
        ok=not wrong and broken is None,
        seals=last.number if last else 0,
        rows=rows,
        until=last.at if last else None,
        hash=last.hash.hex() if last else "",
        changed=[row.id for row in wrong if not row.removed],
        removed=[row.id for row in wrong if row.removed],
        broken_seal=broken,
    )


async def _last(tx: Tx) -> _Last | None:
    return await tx.first(_Last, "SELECT number, at, hash FROM core_audit_seal ORDER BY number DESC LIMIT 1")


def _first_id(at: datetime) -> uuid.UUID:
    """The smallest id that ``ids.uuid7`` could have given at this time."""
    return uuid.UUID(bytes=int(at.timestamp() * 1000).to_bytes(6, "big") + bytes(10))


def register(jobs: JobQueue) -> None:
    jobs.periodic("core.seal_audit", EVERY_S)(seal_quietly)
