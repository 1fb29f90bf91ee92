"""Seals over a log: whoever changes, removes or slips in a row has to forge every seal after it.

Writing to the log takes no lock and no second query (ADR 0012). A seal is made afterwards, over all rows that
have none yet: each row's hash is kept in ``<table>_link``, and the seal in ``<table>_seal`` hashes those and the
seal before. The role that writes may only add to these tables; who owns the database can do anything, but not
unnoticed by somebody who noted a seal's hash.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Final

import msgspec

from nakamise.db.tx import Tx

NOTHING: Final = bytes(32)
NIL: Final = uuid.UUID(int=0)
# No transaction lasts that long, and no clock is wrong by so much: a row that is sealed so much later than it
# says was not there before. Rows without a seal are looked for from there on, unless ``everywhere``.
LOOK_BACK: Final = timedelta(days=1)
SHOWN_MAX: Final = 20
# Rows of one seal: 200,000 take as long as a statement may.
BATCH: Final = 10_000
# Of a row ``a``: the time that its id carries (UUIDv7; others carry none), and a column as microseconds, so that
# no session's time zone gets into a hash.
MADE_AT: Final = (
    "CASE WHEN get_byte(uuid_send(a.id), 6) >> 4 <> 7 THEN a.at"
    " ELSE to_timestamp(('x' || left(translate(a.id::text, '-', ''), 12))::bit(48)::bigint / 1000.0) END"
)
AT_US: Final = "(extract(epoch FROM a.at) * 1000000)::bigint"

_SEAL: Final = """
WITH fresh AS MATERIALIZED (
    SELECT a.id AS audit_id, {hash} AS hash FROM {table} a
    WHERE a.id >= $3 AND NOT EXISTS (SELECT 1 FROM {table}_link l WHERE l.audit_id = a.id)
    ORDER BY a.id LIMIT $4
), seal AS (
    INSERT INTO {table}_seal (number, row_count, prev_hash, hash)
    SELECT $1::bigint, count(*), $2::bytea,
        sha256($2::bytea || int8send($1::bigint) || string_agg(hash, ''::bytea ORDER BY audit_id))
    FROM fresh HAVING count(*) > 0
)
INSERT INTO {table}_link (audit_id, seal, hash) SELECT audit_id, $1::bigint, hash FROM fresh
"""
_WRONG_ROWS: Final = """
SELECT l.audit_id AS id, a.id IS NULL AS removed
FROM {table}_link l LEFT JOIN {table} a ON a.id = l.audit_id
WHERE a.id IS NULL OR l.hash <> {hash} ORDER BY l.audit_id LIMIT $1
"""
# Seals that are made at once have the same time. No row is older than the seals before, nor younger than its own.
_LATE_ROWS: Final = """
WITH s AS (
    SELECT number, at, max(at) OVER (
        ORDER BY at RANGE BETWEEN UNBOUNDED PRECEDING AND interval '1 microsecond' PRECEDING) AS before
    FROM {table}_seal
)
SELECT l.audit_id FROM {table}_link l JOIN {table} a ON a.id = l.audit_id JOIN s ON s.number = l.seal
WHERE ({since} < s.before - $2::interval OR {since} > s.at + $2::interval) AND NOT ({excused})
ORDER BY l.audit_id LIMIT $1
"""
_WRONG_SEAL: Final = """
SELECT min(number) FROM (
    SELECT s.number, s.hash, s.row_count, count(l.audit_id) AS found,
        s.prev_hash = coalesce(lag(s.hash) OVER (ORDER BY s.number), $1::bytea)
        AND s.number = row_number() OVER (ORDER BY s.number) AS joined,
        sha256(s.prev_hash || int8send(s.number) || string_agg(l.hash, ''::bytea ORDER BY l.audit_id)) AS again
    FROM {table}_seal s LEFT JOIN {table}_link l ON l.seal = s.number GROUP BY s.number
) AS checked WHERE NOT joined OR row_count <> found OR hash IS DISTINCT FROM again
"""
_LAST: Final = "SELECT number, at, hash FROM {table}_seal ORDER BY number DESC LIMIT 1"
_LAST_IN: Final = "SELECT audit_id FROM {table}_link WHERE seal = $1 ORDER BY audit_id DESC LIMIT 1"
_ROWS: Final = "SELECT coalesce(sum(row_count), 0)::bigint FROM {table}_seal"


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """``ok``: every sealed row is there and as it was. ``until`` and ``hash`` are the last seal's, to be noted.

    ``changed``, ``removed`` and ``inserted`` (later, with an older time) are ids of rows, the first ones;
    ``broken_seal`` the first seal that is wrong.
    """

    ok: bool
    seals: int = 0
    rows: int = 0
    until: datetime | None = None
    hash: str = ""
    changed: list[uuid.UUID] = []
    removed: list[uuid.UUID] = []
    inserted: list[uuid.UUID] = []
    broken_seal: int | None = None

    @property
    def wrong(self) -> int:
        """So many rows are named."""
        return len(self.changed) + len(self.removed) + len(self.inserted)


class _Last(msgspec.Struct, frozen=True):
    number: int
    at: datetime
    hash: bytes


class _Wrong(msgspec.Struct, frozen=True):
    id: uuid.UUID
    removed: bool


class SealedLog:
    """``table`` of the transaction's schema; its rows have ids that grow with time.

    In SQL, of a row ``a`` that a row ``l`` links to its seal ``s``: ``fields`` are what is hashed, ``since`` is
    when it says that it was written, ``excused`` is true for what may be older than its seal.
    """

    def __init__(self, table: str, *, fields: str, since: str = MADE_AT, excused: str = "false") -> None:
        def sql(text: str) -> str:
            return text.format(table=table, hash=row_hash, since=since, excused=excused)

        row_hash = f"sha256(convert_to(jsonb_build_array({fields})::text, 'UTF8'))"
        self._seal = sql(_SEAL)
        self._wrong_rows = sql(_WRONG_ROWS)
        self._late_rows = sql(_LATE_ROWS)
        self._wrong_seal = sql(_WRONG_SEAL)
        self._last = sql(_LAST)
        self._last_in = sql(_LAST_IN)
        self._rows = sql(_ROWS)

    async def seal(self, tx: Tx, *, everywhere: bool = False) -> int:
        """Seal what is not sealed yet; the number of rows."""
        # One sealer at a time; who writes to the log does not wait for it.
        await tx.value("SELECT pg_advisory_xact_lock(hashtext('audit seals'), hashtext($1))", tx.schema)
        last = await tx.first(_Last, self._last)
        floor = NIL if last is None or everywhere else _first_id(last.at - LOOK_BACK)
        total = 0
        while sealed := await tx.execute(self._seal, *_next(last), floor, BATCH):
            total += sealed
            last = await tx.one(_Last, self._last)
            floor = await tx.value(self._last_in, last.number)
        return total

    async def verify(self, tx: Tx) -> Verdict:
        """Compute every hash again; what is not sealed yet says nothing."""
        wrong = await tx.all(_Wrong, self._wrong_rows, SHOWN_MAX)
        late = await tx.values(self._late_rows, SHOWN_MAX, LOOK_BACK)
        broken = await tx.value(self._wrong_seal, NOTHING)
        last = await tx.first(_Last, self._last)
        return Verdict(
            ok=not wrong and not late and broken is None,
            seals=last.number if last else 0,
            rows=await tx.value(self._rows),
            until=last.at if last else None,
            hash=last.hash.hex() if last else "",
            changed=[row.id for row in wrong if not row.removed],
            removed=[row.id for row in wrong if row.removed],
            inserted=late,
            broken_seal=broken,
        )


def _next(last: _Last | None) -> tuple[int, bytes]:
    """Number of the next seal, and the hash before it."""
    return (last.number + 1, last.hash) if last else (1, NOTHING)


def _first_id(at: datetime) -> uuid.UUID:
    """The smallest id that ``ids.uuid7`` could have given at this time."""
    return uuid.UUID(bytes=int(at.timestamp() * 1000).to_bytes(6, "big") + bytes(10))
