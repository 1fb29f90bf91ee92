"""When a product is sold: by the database's clock, the same for every page and for the order."""

from __future__ import annotations

import enum
from typing import Final


class Sale(enum.StrEnum):
    """Where a product stands in its sale period; ON also for one without any."""

    BEFORE = "before"
    ON = "on"
    AFTER = "after"


# Of a row ``p`` of shop_product.
SALE: Final = (
    "CASE WHEN p.sale_from > now() THEN 'before' WHEN p.sale_until <= now() THEN 'after' ELSE 'on' END"
)
IS_ON_SALE: Final = f"({SALE} = 'on')"
