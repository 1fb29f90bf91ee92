"""SQL of the documents. They are never changed: the database gives nobody the right to."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

from nakamise.db import Tx
from nakamise.errors import Conflict
from nakamise.ids import uuid7
from nakamise.web import N_
from nakamise_tax_invoice.issuing.schemas import Document, Draft, Entry, StoredFile
from nakamise_tax_invoice.papers.body import Family

COLUMNS: Final = """
d.id, d.shop_id, d.order_id, d.family, d.kind, d.version, d.number, d.order_number, d.shop_name, d.partner,
d.supplied_on, d.issued_on, d.total, d.paid, d.tax, d.registration, d.reason, d.issued_by, d.created_at,
NOT EXISTS (SELECT 1 FROM tax_invoice_document n WHERE n.replaces = d.id) AS is_latest
"""
_ENTRIES: Final = f"SELECT {COLUMNS} FROM tax_invoice_document d"  # noqa: S608 - a constant
_DOCUMENTS: Final = f"SELECT {COLUMNS}, d.subject_id, d.locale, d.body FROM tax_invoice_document d"  # noqa: S608
_INSERT: Final = """
INSERT INTO tax_invoice_document (id, shop_id, order_id, family, subject_id, version, replaces, reason, year, seq,
    number, kind, order_number, shop_name, partner, supplied_on, issued_on, total, paid, tax, registration, locale,
    body, issued_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)
"""


async def hold_counter(tx: Tx, shop_id: uuid.UUID, year: int) -> int:
    """The last number of this shop and year; whoever else wants one waits until ``tx`` ends."""
    await tx.execute(
        "INSERT INTO tax_invoice_counter (shop_id, year, last) VALUES ($1, $2, 0) ON CONFLICT DO NOTHING",
        *(shop_id, year),
    )
    last: int = await tx.value(
        "SELECT last FROM tax_invoice_counter WHERE shop_id = $1 AND year = $2 FOR UPDATE", shop_id, year
    )
    return last


async def take_number(tx: Tx, shop_id: uuid.UUID, year: int, last: int) -> int:
    """The next one. Raises Conflict when ``last`` is not the last: the counter was not held."""
    await tx.must_touch_one(
        Conflict(N_("Another document was issued meanwhile. Please try again."), domain="tax_invoice"),
        "UPDATE tax_invoice_counter SET last = last + 1 WHERE shop_id = $1 AND year = $2 AND last = $3",
        *(shop_id, year, last),
    )
    return last + 1


async def insert(tx: Tx, draft: Draft, year: int, seq: int, number: str, issued_by: str) -> uuid.UUID:
    body, document_id = draft.body, uuid7()
    await tx.execute(
        _INSERT,
        *(document_id, draft.shop_id, draft.order_id, body.family.value, draft.subject_id, body.version),
        *(draft.replaces, draft.reason, year, seq, number, body.kind.value, body.order_number),
        *(draft.shop_name, draft.partner, body.supplied_on, body.issued_on, body.total, body.paid, body.tax),
        *(body.issuer.number, draft.locale, body, issued_by),
    )
    return document_id


async def latest(tx: Tx, family: Family, subject_id: uuid.UUID) -> Document | None:
    """The newest version of one chain."""
    return await tx.first(
        Document,
        f"{_DOCUMENTS} WHERE d.family = $1 AND d.subject_id = $2 ORDER BY d.version DESC LIMIT 1",
        *(family.value, subject_id),
    )


async def find(tx: Tx, document_id: uuid.UUID) -> Document | None:
    return await tx.first(Document, f"{_DOCUMENTS} WHERE d.id = $1", document_id)


async def of_order(tx: Tx, order_id: uuid.UUID) -> list[Entry]:
    """The oldest first."""
    return await tx.all(Entry, f"{_ENTRIES} WHERE d.order_id = $1 ORDER BY d.created_at, d.id", order_id)


async def versions(tx: Tx, one: Document) -> list[Entry]:
    """Every version of ``one``'s chain, the newest first."""
    return await tx.all(
        Entry,
        f"{_ENTRIES} WHERE d.family = $1 AND d.subject_id = $2 ORDER BY d.version DESC",
        *(one.family.value, one.subject_id),
    )


async def of_orders(tx: Tx, order_ids: Sequence[uuid.UUID]) -> list[Entry]:
    return await tx.all(
        Entry, f"{_ENTRIES} WHERE d.order_id = ANY($1) ORDER BY d.created_at, d.id", list(order_ids)
    )


async def file_of(tx: Tx, document_id: uuid.UUID) -> StoredFile | None:
    return await tx.first(
        StoredFile, "SELECT key, sha256 FROM tax_invoice_file WHERE document_id = $1", document_id
    )


async def insert_file(tx: Tx, document_id: uuid.UUID, file: StoredFile, size: int) -> bool:
    """False when the document has a file already."""
    touched = await tx.execute(
        "INSERT INTO tax_invoice_file (document_id, key, sha256, bytes) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (document_id) DO NOTHING",
        *(document_id, file.key, file.sha256, size),
    )
    return touched == 1


async def bytes_of_files(tx: Tx) -> int:
    total: int = await tx.value("SELECT coalesce(sum(bytes), 0)::bigint FROM tax_invoice_file")
    return total
