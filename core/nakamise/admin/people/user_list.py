"""The list of users: searched, filtered, sorted, in pages."""

from __future__ import annotations

import unicodedata
import uuid
from datetime import date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

import msgspec

from nakamise.db import Tx
from nakamise.ui.paging import Paged

PAGE_SIZE: Final = 50
WORDS_MAX: Final = 5
UserState = Literal["active", "suspended", "erased"]
Sort = Literal["newest", "oldest", "name", "seen"]

# As in the index core_user_search.
_TEXT: Final = "lower(normalize(u.display_name || ' ' || u.email, NFKC))"
_STATE: Final = "CASE WHEN u.erased_at IS NOT NULL THEN 'erased' ELSE u.state END"
_COLUMNS: Final = f"""
SELECT u.id, u.display_name, u.email, {_STATE} AS state, u.email_verified_at IS NOT NULL AS is_verified, u.created_at,
       (SELECT max(s.last_seen_at) FROM core_session s WHERE s.user_id = u.id) AS last_seen_at,
       ARRAY(SELECT r.role_id FROM core_user_role r WHERE r.user_id = u.id ORDER BY 1) AS roles
FROM core_user u
"""  # noqa: S608 - a constant
_ORDER: Final[dict[Sort, str]] = {
    "newest": "u.created_at DESC, u.id DESC",
    "oldest": "u.created_at, u.id",
    "name": "u.display_name, u.id",
    "seen": "last_seen_at DESC NULLS LAST, u.id DESC",
}


class UserFilter(msgspec.Struct, frozen=True, kw_only=True):
    """``since`` and ``until`` are days of the tenant, both included; ``role`` is an id."""

    q: str = ""
    state: UserState | None = None
    role: str | None = None
    verified: bool | None = None
    since: date | None = None
    until: date | None = None
    sort: Sort = "newest"
    page: int = 1


class UserLine(msgspec.Struct, frozen=True, kw_only=True):
    """``roles`` are ids; ``last_seen_at`` is None for somebody who has no session left."""

    id: uuid.UUID
    display_name: str
    email: str
    state: UserState
    is_verified: bool
    created_at: datetime
    last_seen_at: datetime | None
    roles: tuple[str, ...]


class UserPage(Paged, frozen=True, kw_only=True):
    """``counts`` by state, under all other conditions."""

    items: tuple[UserLine, ...]
    counts: dict[str, int]


class _Count(msgspec.Struct, frozen=True):
    state: str
    number: int


class _Where:
    """Conditions with their parameters, numbered as they come."""

    def __init__(self, wanted: UserFilter, zone: ZoneInfo) -> None:
        self.args: list[object] = []
        self._parts: list[str] = []
        for word in _words(wanted.q):
            self.add(_TEXT + " LIKE {}", f"%{_literal(word)}%")
        if wanted.role is not None:
            self.add(
                "EXISTS (SELECT 1 FROM core_user_role f WHERE f.user_id = u.id AND f.role_id = {})",
                wanted.role,
            )
        if wanted.verified is not None:
            self.add("(u.email_verified_at IS NOT NULL) = {}", wanted.verified)
        if wanted.since is not None:
            self.add("u.created_at >= {}", datetime.combine(wanted.since, time(), zone))
        if wanted.until is not None:
            self.add("u.created_at < {}", datetime.combine(wanted.until + timedelta(days=1), time(), zone))

    def add(self, condition: str, *values: object) -> None:
        places = [f"${len(self.args) + at}" for at, _ in enumerate(values, 1)]
        self._parts.append(condition.format(*places))
        self.args.extend(values)

    def __str__(self) -> str:
        return f" WHERE {' AND '.join(self._parts)}" if self._parts else ""


def _words(query: str) -> list[str]:
    return unicodedata.normalize("NFKC", query).lower().split()[:WORDS_MAX]


def _literal(word: str) -> str:
    return word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


async def user_page(tx: Tx, wanted: UserFilter, zone: ZoneInfo) -> UserPage:
    """The page that ``wanted`` asks for, or the last one."""
    counts = await _counts(tx, wanted, zone)
    total = counts.get(wanted.state, 0) if wanted.state else sum(counts.values())
    last = max(1, -(-total // PAGE_SIZE))
    number = min(max(1, wanted.page), last)
    where = _where(wanted, zone)
    query = f"{_COLUMNS}{where} ORDER BY {_ORDER[wanted.sort]} LIMIT {PAGE_SIZE} OFFSET {(number - 1) * PAGE_SIZE}"
    items = await tx.all(UserLine, query, *where.args)
    return UserPage(items=tuple(items), counts=counts, total=total, page=number, page_size=PAGE_SIZE)


async def _counts(tx: Tx, wanted: UserFilter, zone: ZoneInfo) -> dict[str, int]:
    where = _Where(wanted, zone)
    query = f"SELECT {_STATE} AS state, count(*)::int AS number FROM core_user u{where} GROUP BY 1"  # noqa: S608
    return {row.state: row.number for row in await tx.all(_Count, query, *where.args)}


async def users_after(
    tx: Tx, wanted: UserFilter, zone: ZoneInfo, after: UserLine | None, most: int
) -> list[UserLine]:
    """What follows ``after``, the newest first: for an export of all pages."""
    where = _where(wanted, zone)
    if after is not None:
        where.add("(u.created_at, u.id) < ({}, {})", after.created_at, after.id)
    return await tx.all(UserLine, f"{_COLUMNS}{where} ORDER BY {_ORDER['newest']} LIMIT {most}", *where.args)


def _where(wanted: UserFilter, zone: ZoneInfo) -> _Where:
    where = _Where(wanted, zone)
    if wanted.state is not None:
        where.add(_STATE + " = {}", wanted.state)
    return where
