"""What an order counts as, in SQL."""

from __future__ import annotations

from typing import Final

# The status that is shown, from state and fulfil_state: twin of ``domain.order_state.order_status``, which a
# test compares.
STATUS_SQL: Final = """
CASE WHEN state = 'pending' THEN 'pending'
     WHEN state IN ('expired', 'cancelled', 'refunded')
          AND fulfil_state IN ('unfulfilled', 'processing') THEN 'cancelled'
     WHEN fulfil_state = 'unfulfilled' AND state <> 'paid'
          AND NOT EXISTS (SELECT 1 FROM shop_order_line sl WHERE sl.order_id = id AND sl.refunded_qty < sl.qty)
          THEN 'cancelled'
     WHEN fulfil_state = 'unfulfilled' THEN 'confirmed'
     WHEN fulfil_state IN ('processing', 'part_shipped') THEN 'processing'
     ELSE fulfil_state END
"""
# Of shop_order o no cash was taken, and none will be.
UNCHARGED_SQL: Final = "(o.charge > 0 AND o.untaken = o.charge)"
# What the payment badge says, of shop_order o and its shop_purchase p: twin of ``orders.schemas.pay_status``.
PAY_SQL: Final = f"""
CASE WHEN o.refund_waits THEN 'refunding'
     WHEN o.state IN ('cancelled', 'refunded') AND {UNCHARGED_SQL} THEN 'voided'
     WHEN o.state = 'pending' THEN 'unpaid'
     WHEN o.state = 'cancelled' THEN CASE WHEN o.paid_at IS NULL THEN 'voided' ELSE 'refunding' END
     WHEN o.state = 'closed' THEN
          CASE WHEN o.refunded_cash + o.refunded_points > 0 THEN 'part_refunded' ELSE 'paid' END
     WHEN o.state = 'paid' AND p.authorized_until IS NOT NULL THEN 'authorized'
     ELSE o.state END
"""
# What went back of shop_order o, or is going back: twin of ``orders.schemas.OrderHeader.given_back``.
GIVEN_BACK_SQL: Final = """
CASE WHEN o.state = 'refunded' OR (o.state = 'cancelled' AND o.paid_at IS NOT NULL) THEN o.total - o.untaken
     WHEN o.paid_at IS NULL THEN 0
     ELSE o.refunded_cash + o.refunded_points - o.untaken END
"""
# What was chosen at checkout for this order and not for another shop's parcel; what staff changed wins.
INPUTS_SQL: Final = """
(SELECT coalesce(jsonb_object_agg(i.key, i.value), '{}')
 FROM jsonb_each(p.inputs || o.inputs) i
 WHERE strpos(i.key, ':') = 0 OR split_part(i.key, ':', 2) = o.shop_id::text)
"""
# Pieces of shop_order_line l that are in its parcel, or are to be; ``m.status`` is its order's. Twin of
# ``staff.slip_amounts.packed`` and of what has a slip at all.
PACKED_SQL: Final = """
CASE WHEN m.status = 'cancelled' THEN 0 WHEN l.refunded_qty = 0 THEN l.qty ELSE l.qty - coalesce((
    SELECT sum(rl.qty) FROM shop_refund_line rl JOIN shop_refund r ON r.id = rl.refund_id
    LEFT JOIN shop_shipment x ON x.id = l.shipment_id
    WHERE r.order_id = l.order_id AND rl.line_no = l.line_no AND (x.id IS NULL OR r.at < x.shipped_at)), 0)::int END
"""
NOTE_SQL: Final = "coalesce(nullif(o.note, ''), o.inputs ->> 'shop.note', p.inputs ->> 'shop.note', '')"
# Orders and sales in every count and sum of staff's pages and reports: what was paid, at the moment of payment, whatever
# became of it; what went back is a figure of its own. The alias of shop_order is ``o``. The pages print this definition.
SOLD: Final = "o.paid_at IS NOT NULL"
# Orders that stand: paid, neither cancelled nor wholly refunded (a paid order that was cancelled ends as refunded). What
# buyers are told of a shop, and what a tenant's plan counts.
KEPT: Final = "o.state IN ('paid', 'closed', 'part_refunded', 'disputed')"
