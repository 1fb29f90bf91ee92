"""A brake on guessing codes: wrong ones are counted by person and by network, in a transaction of their own."""

from __future__ import annotations

import hashlib
import ipaddress
import math
from datetime import timedelta
from typing import Final

from nakamise.errors import TooMany
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_coupons.words import DOMAIN

WINDOW: Final = timedelta(minutes=15)
PERSON_MAX: Final = 10
# A household, an office, a hall with one address.
NETWORK_MAX: Final = 60
# Paid for before the code is looked at: parallel guesses cannot slip through.
_TRY: Final = """
INSERT INTO coupons_guess AS g (who, tries, since) VALUES ($1, 1, $2)
ON CONFLICT (who) DO UPDATE SET tries = CASE WHEN g.since < $3 THEN 1 ELSE g.tries + 1 END,
    since = CASE WHEN g.since < $3 THEN $2 ELSE g.since END
WHERE g.since < $3 OR g.tries < $4
"""
_RIGHT: Final = "UPDATE coupons_guess SET tries = greatest(0, tries - 1) WHERE who = ANY($1)"


async def pay(ctx: TenantCtx) -> None:
    """Raises TooMany."""
    now = ctx.now()
    wait = TooMany(
        math.ceil(WINDOW.total_seconds()),
        N_("Too many wrong codes. Please try again in a quarter of an hour."),
        domain=DOMAIN,
    )
    async with ctx.begin() as tx:
        for who, most in _who(ctx):
            await tx.must_touch_one(wait, _TRY, who, now, now - WINDOW, most)


async def forgive(ctx: TenantCtx) -> None:
    """It was no guess."""
    async with ctx.begin() as tx:
        await tx.execute(_RIGHT, [who for who, _ in _who(ctx)])


def _who(ctx: TenantCtx) -> list[tuple[bytes, int]]:
    """In one order for everybody: two at once do not wait for each other."""
    network = _digest(f"network {_network(ctx.http.client)}"), NETWORK_MAX
    if ctx.actor.user_id is None:
        return [network]
    return sorted([network, (_digest(f"user {ctx.actor.user_id}"), PERSON_MAX)])


def _network(client: str) -> str:
    """The /24 of an IPv4 address, the /64 of an IPv6 one."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    return str(ipaddress.ip_network(f"{address}/{24 if address.version == 4 else 64}", strict=False))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


async def forget(ctx: TenantCtx) -> None:
    """Rows that hold no memory any more."""
    async with ctx.begin() as tx:
        await tx.execute("DELETE FROM coupons_guess WHERE since < $1", ctx.now() - WINDOW)
