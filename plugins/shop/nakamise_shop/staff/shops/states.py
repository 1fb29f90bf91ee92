"""Applying for a shop, and what the site decides: approve, reject, suspend, open again, close.

pending -apply-> applied -open-> open <-open- suspended <-suspend- open
rejected -apply-> applied -reject-> rejected; open, suspended -close-> closed -open-> open
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, Invalid
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop import scope
from nakamise_shop.catalog import price_log
from nakamise_shop.metering import SHOPS
from nakamise_shop.staff.products import changed
from nakamise_shop.staff.shops import mails as shop_mails
from nakamise_shop.staff.shops import newcomers, repository
from nakamise_shop.staff.shops.schemas import StaffShop
from nakamise_shop.staff.shops.service import check_notice, shop

DECIDE: Final = "shop.shops.decide"
REASON_MAX: Final = 500
# What it may have been before.
SOURCES: Final[Mapping[str, tuple[str, ...]]] = {
    "applied": ("pending", "rejected"),
    "open": ("pending", "applied", "suspended", "closed"),
    "rejected": ("applied",),
    "suspended": ("open",),
    "closed": ("open", "suspended"),
}
_WITH_REASON: Final = frozenset({"rejected", "suspended"})
# Who is not named for the shop applies again in the name of whoever did and is.
_MOVE: Final = """
UPDATE shop_shop SET state = $2, state_reason = $3, updated_at = now(), version = version + 1,
    opened_at = CASE WHEN $2 = 'open' THEN coalesce(opened_at, (SELECT now())) ELSE opened_at END,
    applied_at = CASE WHEN $2 = 'applied' THEN (SELECT now()) ELSE applied_at END,
    applied_by = CASE WHEN $2 <> 'applied' THEN applied_by ELSE coalesce((
        SELECT p.user_id FROM shop_people p WHERE p.shop_id = shop_shop.id AND p.user_id = shop_shop.applied_by
            AND NOT EXISTS (SELECT 1 FROM shop_people x WHERE x.shop_id = p.shop_id AND x.user_id = $5)), $5) END
WHERE id = $1 AND state = ANY($4)
"""


class Left(msgspec.Struct, frozen=True):
    """What a suspension hides, and what goes on: published products, and orders that are not finished."""

    products: int
    orders: int


async def apply(ctx: TenantCtx, tx: Tx, shop_id: uuid.UUID) -> None:
    """The notice must be complete: whoever decides looks at it. Administrators are told.

    Raises NotFound, and Conflict (codes ``legal_incomplete``, ``wrong_state``).
    """
    found = await _locked(ctx, tx, shop_id)
    if found.state == "applied":
        return
    check_notice(ctx, found)
    await _move(ctx, tx, found, "applied")
    await shop_mails.tell_admins(ctx, tx, found)


async def decide(ctx: TenantCtx, tx: Tx, shop_id: uuid.UUID, to: str, reason: str = "") -> None:
    """``to``: "open" approves, opens again or opens; "rejected" and "suspended" need a ``reason``; "closed".

    Whoever works for the shop is told by mail; an applicant who is no staff yet becomes it when it is approved.
    Buyers find an unopened shop and its products nowhere; its orders go on. Raises NotFound, Forbidden for somebody of
    some shops only, Invalid, LimitReached, and Conflict (codes ``legal_incomplete``, ``role_for_all``, ``wrong_state``).
    """
    await newcomers.lock(tx, shop_id)
    found = await _locked(ctx, tx, shop_id)
    await scope.check_all(ctx, tx)
    reason = _checked_reason(to, reason)
    if found.state == to:
        return
    if found.state not in SOURCES[to]:
        raise _wrong_state()
    if to == "open":
        check_notice(ctx, found)
        await ctx.take(tx, SHOPS)
    elif found.state == "open":
        await ctx.give_back(tx, SHOPS)
    await _move(ctx, tx, found, to, reason)
    is_approved = found.state == "applied" and to == "open"
    appointed = await newcomers.appoint(ctx, tx, shop_id) if is_approved else None
    await shop_mails.tell_decision(ctx, tx, found, to, reason, appointed)


async def _locked(ctx: TenantCtx, tx: Tx, shop_id: uuid.UUID) -> StaffShop:
    """As it is until the transaction ends: nobody else decides, and nobody empties its notice meanwhile."""
    await repository.lock(tx, shop_id)
    return await shop(ctx, tx, shop_id)


def _checked_reason(to: str, reason: str) -> str:
    """ "" where none is kept. Raises Invalid."""
    reason = reason.strip() if to in _WITH_REASON else ""
    if to in _WITH_REASON and not reason:
        raise Invalid({"reason": FieldError(N_("Please say why."), domain="shop")})
    if len(reason) > REASON_MAX:
        raise Invalid({"reason": FieldError(N_("At most %(n)s characters."), domain="shop", n=REASON_MAX)})
    return reason


def _wrong_state() -> Conflict:
    return Conflict(N_("The shop's state does not allow this."), code="wrong_state", domain="shop")


async def _move(ctx: TenantCtx, tx: Tx, found: StaffShop, to: str, reason: str = "") -> None:
    values = (found.id, to, reason, list(SOURCES[to]), ctx.actor.user_id)
    await tx.must_touch_one(_wrong_state(), _MOVE, *values)
    await price_log.note(tx, [], found.id)
    await changed.tell(ctx, tx, await repository.published(tx, found.id))
    await ctx.audit(tx, f"shop.shop.{to}", str(found.id), before=found.state, reason=reason)


async def left(tx: Tx, shop_id: uuid.UUID) -> Left:
    """For whoever is about to suspend the shop."""
    return await tx.one(
        Left,
        "SELECT (SELECT count(*) FROM shop_product WHERE shop_id = $1 AND state = 'published') AS products,"
        " (SELECT count(*) FROM shop_order WHERE shop_id = $1 AND (state IN ('pending', 'disputed')"
        " OR (state IN ('paid', 'part_refunded') AND fulfil_state <> 'delivered' AND EXISTS (SELECT 1 FROM"
        " shop_order_line l WHERE l.order_id = shop_order.id AND l.refunded_qty < l.qty)))) AS orders",
        shop_id,
    )
