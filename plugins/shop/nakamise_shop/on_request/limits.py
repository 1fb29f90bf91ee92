"""A brake on requests: the answer goes to an address that nobody has confirmed, so nobody may be flooded with it.

What is let through is counted first, in a transaction of its own: whatever fails afterwards, it counts.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
import uuid
from datetime import timedelta
from typing import Final

from nakamise.errors import TooMany
from nakamise.plugin import TenantCtx
from nakamise.web import N_

WINDOW: Final = timedelta(hours=1)
# Of one address at all shops of the site; of a household or an office; of a shop, whoever asks.
ADDRESS_MAX: Final = 3
NETWORK_MAX: Final = 20
SHOP_MAX: Final = 200
WAIT: Final = N_("Too many requests were made. Please write to the e-mail address of this notice, or ask again in an hour.")  # fmt: skip
_TRY: Final = """
INSERT INTO shop_notice_try AS t (who, tries, since) VALUES ($1, 1, $2)
ON CONFLICT (who) DO UPDATE SET tries = CASE WHEN t.since < $3 THEN 1 ELSE t.tries + 1 END,
    since = CASE WHEN t.since < $3 THEN $2 ELSE t.since END
WHERE t.since < $3 OR t.tries < $4
"""


async def pay(ctx: TenantCtx, shop_id: uuid.UUID, email: str) -> None:
    """Raises TooMany."""
    now = ctx.now()
    wait = TooMany(math.ceil(WINDOW.total_seconds()), WAIT, domain="shop")
    # In one order for everybody: two at once do not wait for each other in a ring.
    counted = sorted(
        (
            (_digest(f"address {email.casefold()}"), ADDRESS_MAX),
            (_digest(f"network {_network(ctx.http.client)}"), NETWORK_MAX),
            (_digest(f"shop {shop_id}"), SHOP_MAX),
        )
    )
    async with ctx.begin() as tx:
        for who, most in counted:
            await tx.must_touch_one(wait, _TRY, who, now, now - WINDOW, most)


def _network(client: str) -> str:
    """The /24 of an IPv4 address, the /64 of an IPv6 one: what one person can change at will."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    return str(ipaddress.ip_network(f"{address}/{24 if address.version == 4 else 64}", strict=False))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
