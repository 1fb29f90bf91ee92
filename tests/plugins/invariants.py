"""Runs the plugins' invariants.sql in a tenant: what must hold after every test, crash and night."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from types import ModuleType

import nakamise_payments
import nakamise_shop
import nakamise_tax_invoice
from nakamise.plugin.context import TenantCtx

# Money at the provider is money here: charges of paid purchases, minus what went back.
_CROSS_CHECKS = {
    "I4 what the provider took is what we booked": """
        SELECT c.key, c.state, c.amount, c.refunded, o.state, o.amount, o.reversed
        FROM payments_sandbox_charge c FULL JOIN (SELECT id, state, amount, reversed FROM payments_op
             WHERE kind = 'charge' AND first_sent_at IS NOT NULL) o ON o.id = c.key
        WHERE coalesce(c.kind, 'charge') = 'charge'
          AND (c.state = 'succeeded') IS DISTINCT FROM (o.state = 'succeeded')""",
    "I4 a paid purchase has one charge of its amount, and a charge is for a paid purchase or goes back": """
        SELECT p.id, p.state, p.charge, o.amount, o.reversed
        FROM shop_purchase p FULL JOIN (SELECT subject, amount, reversed FROM payments_op
             WHERE kind = 'charge' AND state IN ('succeeded', 'authorized') AND NOT extra) o ON o.subject = p.id
        WHERE p.id IS NULL OR (p.state = 'paid' AND p.charge > 0 AND o.amount IS DISTINCT FROM p.charge)
           OR (p.state <> 'paid' AND o.subject IS NOT NULL AND o.reversed <> o.amount)""",
}


# What two plugins say of the same thing.
_DOCUMENTS = {
    "I23 a document's amounts are its order's, and returns are of refunds with their amounts": """
        SELECT d.number, d.total, o.total AS order_total FROM tax_invoice_document d
        JOIN shop_order o ON o.id = d.order_id LEFT JOIN shop_refund r ON r.id = d.subject_id
        WHERE CASE WHEN d.family <> 'return' THEN (d.total, d.paid, d.tax) <> (o.total, o.charge, o.tax)
                   WHEN r.id IS NULL THEN d.subject_id <> o.id OR o.paid_at IS NULL OR d.paid <> greatest(0, o.charge - o.refunded_cash
                       - o.untaken + (SELECT coalesce(sum(x.untaken - x.deduction), 0) FROM shop_refund x WHERE x.order_id = o.id))
                   ELSE (d.total, d.paid) <> (r.cash + r.tender + r.postage, r.cash - r.untaken + least(0, r.postage)) OR r.order_id <> o.id END"""
}


def queries(plugins: Collection[str] = ()) -> dict[str, str]:
    """By their comment; the shop's and the payments', and those of more ``plugins``."""
    found = {**_CROSS_CHECKS, **queries_of(nakamise_shop), **queries_of(nakamise_payments)}
    if "tax_invoice" in plugins:
        found |= queries_of(nakamise_tax_invoice) | _DOCUMENTS
    return found


def queries_of(module: ModuleType) -> dict[str, str]:
    """A plugin's own."""
    titled = re.compile(r"^-- (I\d.*?)\n(SELECT.*?);", re.DOTALL | re.MULTILINE)
    return dict(titled.findall((Path(str(module.__file__)).parent / "invariants.sql").read_text()))


async def broken(ctx: TenantCtx) -> dict[str, list[tuple[object, ...]]]:
    """The rows that break each invariant; {} is right."""
    found = {}
    async with ctx.read() as tx:
        for title, query in queries(ctx.tenant.plugins).items():
            rows = await tx.connection.fetch(query)
            if rows:
                found[title] = [tuple(row) for row in rows]
    return found
