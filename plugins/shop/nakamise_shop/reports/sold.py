"""What was sold in a period, in SQL: ``orders.status.SOLD`` on the day of the payment."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Final

from nakamise_shop.orders import status

# $1 the tenant's zone, $2 the first day, $3 the day after the last, $4 shops or null. Sold is what was paid, at the
# moment of payment, whatever became of it. Only constants are put into the texts.
FROM: Final = "($2::date)::timestamp AT TIME ZONE $1"
TO: Final = "($3::date)::timestamp AT TIME ZONE $1"
SHOPS: Final = "($4::uuid[] IS NULL OR o.shop_id = ANY($4))"
SOLD: Final = f"{status.SOLD} AND o.paid_at >= {FROM} AND o.paid_at < {TO} AND {SHOPS}"
# Orders by product or way are lines less those that name again what an earlier line of the same order has: a third of the
# time of DISTINCT, which sorts, for they are few.
AGAIN: Final = """
l.line_no > 1 AND EXISTS (SELECT 1 FROM shop_order_line e
                          WHERE e.order_id = l.order_id AND e.line_no < l.line_no AND e.{key} = l.{key})
"""
Range = tuple[str, date, date, Sequence[uuid.UUID] | None]
"""$1 to $4."""
