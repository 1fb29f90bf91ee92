"""Numbers without gaps: shop and year, counted in the transaction that writes the document.

A database sequence would lose numbers with every transaction that fails; a counter row that is held does not.
"""

from __future__ import annotations

import uuid

import msgspec

from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_tax_invoice.issuing import repository
from nakamise_tax_invoice.issuing.schemas import Draft


def prefix_of(order_number: str) -> str:
    """The shop's own letters: "LC" of LC-20261122-0001."""
    return order_number.rsplit("-", 2)[0]


async def write(ctx: TenantCtx, tx: Tx, draft: Draft) -> tuple[uuid.UUID, bool]:
    """The document's id, and whether it is new: the same family, subject and version is written once."""
    body, year = draft.body, draft.body.issued_on.year
    last = await repository.hold_counter(tx, draft.shop_id, year)
    known = await repository.latest(tx, body.family, draft.subject_id)
    if known is not None and known.version >= body.version:
        return known.id, False
    seq = await repository.take_number(tx, draft.shop_id, year, last)
    number = f"{draft.prefix}-{year}-{seq:06}"
    by = ctx.actor.name_in_log if ctx.actor.user_id else ""
    document_id = await repository.insert(tx, draft, year, seq, number, by)
    return document_id, True


def next_version(draft: Draft, *, number: str, version: int) -> Draft:
    """``draft`` as the one that follows ``number``."""
    body = msgspec.structs.replace(draft.body, replaces=number, version=version + 1)
    return msgspec.structs.replace(draft, body=body)
