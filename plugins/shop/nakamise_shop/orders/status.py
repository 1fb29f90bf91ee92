"""The shown status of an order, in SQL: the twin of ``domain.order_state.order_status`` (a test holds them equal)."""

from __future__ import annotations

from typing import Final

# On columns state and fulfil_state of shop_order.
STATUS_SQL: Final = """
CASE WHEN state = 'pending' THEN 'pending'
     WHEN state IN ('expired', 'cancelled', 'refunded')
          AND fulfil_state IN ('unfulfilled', 'processing') THEN 'cancelled'
     WHEN fulfil_state = 'unfulfilled' THEN 'confirmed'
     WHEN fulfil_state IN ('processing', 'part_shipped') THEN 'processing'
     ELSE fulfil_state END
"""
