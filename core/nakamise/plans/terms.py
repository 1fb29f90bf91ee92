"""What a tenant agreed to: its plan now and at any date, and its options."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from nakamise.db import Tx
from nakamise.errors import NotFound

_TERMS: Final = (
    "SELECT h.plan, h.valid_from, h.monthly_fee, h.fee_bp FROM tenant_plan h"
    " WHERE h.tenant_id = $1 AND h.valid_from <= coalesce($2, 'infinity'::timestamptz)"
    " ORDER BY h.valid_from DESC LIMIT 1"
)
_SUBSCRIBER: Final = (
    "SELECT t.id, t.slug, t.schema, t.plan, t.locale, t.timezone, t.created_at FROM tenant t WHERE t.id = $1"
)


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """``monthly_fee`` in yen without tax, None while nothing is agreed; ``fee_bp`` in 1/100 %."""

    plan: str
    valid_from: datetime
    monthly_fee: int | None
    fee_bp: int


class Subscriber(msgspec.Struct, frozen=True, kw_only=True):
    """What charging has to know of a tenant."""

    id: uuid.UUID
    slug: str
    schema: str
    plan: str
    locale: str
    timezone: str
    created_at: datetime

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


async def subscriber(tx: Tx, tenant_id: uuid.UUID) -> Subscriber:
    """In a control transaction. Raises NotFound."""
    found = await tx.first(Subscriber, _SUBSCRIBER, tenant_id)
    if found is None:
        raise NotFound
    return found


async def terms_at(tx: Tx, tenant_id: uuid.UUID, at: datetime | None = None) -> Terms:
    """In a control transaction: in force at ``at``, now when None. Raises NotFound before the first."""
    found = await tx.first(Terms, _TERMS, tenant_id, at)
    if found is None:
        raise NotFound
    return found


async def history(tx: Tx, tenant_id: uuid.UUID) -> list[Terms]:
    """The newest first."""
    return await tx.all(
        Terms,
        "SELECT h.plan, h.valid_from, h.monthly_fee, h.fee_bp FROM tenant_plan h WHERE h.tenant_id = $1"
        " ORDER BY h.valid_from DESC",
        tenant_id,
    )


class _Option(msgspec.Struct, frozen=True):
    option: str
    times: int


async def options_of(tx: Tx, tenant_id: uuid.UUID) -> Mapping[str, int]:
    """How many times the tenant has each option."""
    rows = await tx.all(
        _Option, "SELECT x.option, x.times FROM tenant_option x WHERE x.tenant_id = $1 ORDER BY 1", tenant_id
    )
    return {row.option: row.times for row in rows}
