"""What an order counts as, in SQL."""

from __future__ import annotations

from typing import Final

# The status that is shown, from state and fulfil_state: twin of ``domain.order_state.order_status``, which a
# test compares.
STATUS_SQL: Final = """
CASE WHEN state = 'pending' THEN 'pending'
     WHEN state IN ('expired', 'cancelled', 'refunded')
          AND fulfil_state IN ('unfulfilled', 'processing') THEN 'cancelled'
     WHEN fulfil_state = 'unfulfilled' THEN 'confirmed'
     WHEN fulfil_state IN ('processing', 'part_shipped') THEN 'processing'
     ELSE fulfil_state END
"""
# Orders and sales in every count and sum: paid, neither cancelled nor wholly refunded (a paid order that was
# cancelled ends as refunded). The alias of shop_order is ``o``. The staff's pages print this definition.
SOLD: Final = "o.state IN ('paid', 'part_refunded')"
