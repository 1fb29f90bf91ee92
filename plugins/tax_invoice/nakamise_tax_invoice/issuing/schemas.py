"""Documents as rows, and what is asked for."""

from __future__ import annotations

import uuid
from datetime import date, datetime

import msgspec

from nakamise_tax_invoice.papers.body import Body, Family, Kind


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A document in a list. ``partner`` is the buyer's name or the recipient that they chose; ``is_latest`` is
    False for a version that another one replaced. Amounts are tax-included yen."""

    id: uuid.UUID
    shop_id: uuid.UUID
    order_id: uuid.UUID
    family: Family
    kind: Kind
    version: int
    number: str
    order_number: str
    shop_name: str
    partner: str
    supplied_on: date
    issued_on: date
    total: int
    paid: int
    tax: int
    registration: str
    reason: str
    issued_by: str
    created_at: datetime
    is_latest: bool


class Document(Entry, frozen=True, kw_only=True):
    """With everything that it says."""

    subject_id: uuid.UUID
    locale: str
    body: Body


class StoredFile(msgspec.Struct, frozen=True):
    """Where the PDF lies and what its bytes hash to."""

    key: str
    sha256: str


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A document before it has a number."""

    shop_id: uuid.UUID
    order_id: uuid.UUID
    subject_id: uuid.UUID
    shop_name: str
    partner: str
    prefix: str
    locale: str
    body: Body
    replaces: uuid.UUID | None = None
    reason: str = ""
