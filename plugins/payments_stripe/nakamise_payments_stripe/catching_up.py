"""Events that never came: Stripe's own list of them says what has happened, and the inbox takes what is new there."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import msgspec

from nakamise.contracts.payments import ProviderUnreachable
from nakamise.plugin import TenantCtx
from nakamise_payments_stripe import inbox, refused_key
from nakamise_payments_stripe.calls import Calls, Json, Refused
from nakamise_payments_stripe.settings import StripeSettings

# Stripe itself tries to deliver an event for three days.
UNDELIVERED: Final = timedelta(days=3)
# Longer than the hour between two looks, for events that Stripe lists late.
CHANGED: Final = timedelta(hours=3)
# Thousands of events: what is older is found by the comparison at night.
MOST: Final = 2000


async def undelivered(ctx: TenantCtx) -> None:
    """Every ten minutes: what Stripe could not deliver."""
    await _take(ctx, UNDELIVERED, delivery_success=False)


async def changed(ctx: TenantCtx) -> None:
    """Every hour: all that has happened, also what Stripe believes we were told of."""
    await _take(ctx, CHANGED)


async def _take(ctx: TenantCtx, since: timedelta, **which: object) -> None:
    if not ctx.settings(StripeSettings).is_ready:
        return
    async with ctx.read() as tx:
        now = await tx.value("SELECT now()")
    created = {"gte": int((now - since).timestamp())}
    listed: list[Json] = []
    is_key_refused = False
    try:
        async for one in Calls(ctx).pages("/v1/events", created=created, **which):
            listed.append(one)
            if len(listed) == MOST:
                break
    except (ProviderUnreachable, Refused) as error:
        # What was listed before is good; the rest comes at the next look.
        inbox.log.warning("Stripe did not list all its events: %s", error)
        is_key_refused = isinstance(error, Refused) and error.is_for_now
    await refused_key.note(ctx, is_refused=is_key_refused)
    ours = {one["id"]: one for one in listed if inbox.concerns_us(one["type"])}
    async with ctx.read() as tx:
        known = set(await tx.values("SELECT id FROM payments_stripe_event WHERE id = ANY($1)", list(ours)))
    for one in reversed([one for event_id, one in ours.items() if event_id not in known]):
        await inbox.receive(ctx, msgspec.convert(one, inbox.Event))
