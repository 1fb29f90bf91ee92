"""What counts as an order and as sales on the staff's pages; printed there too."""

from __future__ import annotations

from typing import Final

# Paid, and neither cancelled nor wholly refunded. The alias of shop_order is ``o``.
SOLD: Final = "o.state IN ('paid', 'part_refunded')"
