"""Applying for a shop of one's own. It gives no permission: see ``staff.newcomers`` for what approval does."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Final

from nakamise.contracts.live import LiveBroadcasters
from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, Invalid, NotFound
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop.legal import missing_items
from nakamise_shop.opening.schemas import Application, Apply, ApplyAgain
from nakamise_shop.staff.shops import making as shop_making
from nakamise_shop.staff.shops import newcomers, repository
from nakamise_shop.staff.shops import service as shops_service
from nakamise_shop.staff.shops import states as shop_states
from nakamise_shop.staff.shops.schemas import NewShop, ShopInput, StaffShop

# $1 user. Whoever is named for it and applied for it: one of the two is not enough.
_OWN: Final = """
SELECT s.id, s.name, s.slug, s.state, s.applied_at,
       CASE WHEN s.state IN ('rejected', 'suspended') THEN s.state_reason ELSE '' END AS state_reason
FROM shop_shop s JOIN shop_people p ON p.shop_id = s.id AND p.user_id = s.applied_by
WHERE s.applied_by = $1 ORDER BY s.applied_at DESC, s.id
"""
_INTRODUCE: Final = "UPDATE shop_shop SET introduction = $2 WHERE id = $1"


async def require_broadcaster(ctx: TenantCtx, tx: Tx) -> uuid.UUID:
    """The acting user. Raises Unauthenticated, and NotFound for who is no approved broadcaster."""
    user_id = ctx.require_user()
    live = ctx.optional_service(LiveBroadcasters)
    if live is None or not ctx.actor.email_verified or await live.of_user(tx, user_id) is None:
        raise NotFound
    return user_id


async def applications(tx: Tx, user_id: uuid.UUID) -> list[Application]:
    """The person's own, the newest first, in all states."""
    return await tx.all(Application, _OWN, user_id)


async def rejected(ctx: TenantCtx, tx: Tx, user_id: uuid.UUID, shop_id: uuid.UUID) -> StaffShop:
    """One of the person's own. Raises NotFound, and Conflict (code ``wrong_state``) when it is not rejected."""
    if shop_id not in {one.id for one in await applications(tx, user_id)}:
        raise NotFound
    found = await shops_service.shop(ctx, tx, shop_id)
    if found.state != "rejected":
        raise Conflict(N_("The shop's state does not allow this."), code="wrong_state", domain="shop")
    return found


async def submit(ctx: TenantCtx, tx: Tx, given: Apply) -> uuid.UUID:
    """A new shop that waits for approval; administrators are told.

    Raises NotFound for who is no broadcaster, Invalid, and Conflict (codes ``is_staff``, ``too_many_undecided``).
    """
    user_id = await require_broadcaster(ctx, tx)
    _check_no_staff(ctx)
    # One application of a person after the other.
    await tx.execute("SELECT FROM core_user WHERE id = $1 FOR UPDATE", user_id)
    await tx.turn("shop.new_shop")
    await shop_making.check_undecided(tx, [one.id for one in await applications(tx, user_id)])
    new = NewShop(
        name=given.name,
        slug=given.slug,
        order_number_prefix=given.order_number_prefix,
        legal=given.legal,
        on_request=given.on_request,
    )
    shop_id = await shop_making.make(ctx, tx, new, notice_faults(ctx, given.legal))
    await tx.execute(_INTRODUCE, shop_id, given.introduction)
    await shop_making.name_for(tx, user_id, shop_id)
    await shop_states.apply(ctx, tx, shop_id)
    return shop_id


async def submit_again(ctx: TenantCtx, tx: Tx, shop_id: uuid.UUID, given: ApplyAgain) -> None:
    """What was rejected, changed. Raises NotFound, Invalid, and Conflict (codes ``is_staff``, ``wrong_state``,
    ``stale``)."""
    user_id = await require_broadcaster(ctx, tx)
    _check_no_staff(ctx)
    await repository.lock(tx, shop_id)
    found = await rejected(ctx, tx, user_id, shop_id)
    if faults := notice_faults(ctx, given.legal):
        raise Invalid(faults)
    await shops_service.change(ctx, tx, shop_id, _changed(found, given))
    await shop_states.apply(ctx, tx, shop_id)


def _changed(found: StaffShop, given: ApplyAgain) -> ShopInput:
    """What applicants do not see stays."""
    kept = {name: getattr(found, name) for name in _KEPT}
    return ShopInput(
        version=given.version,
        name=given.name,
        introduction=given.introduction,
        legal=found.legal | given.legal,
        on_request=given.on_request,
        invoice_number=found.invoice_number or "",
        **kept,
    )


_KEPT: Final = ("name_en", "introduction_en", "rounding", "shipping_fee", "free_over")


def notice_faults(ctx: TenantCtx, legal: Mapping[str, str]) -> dict[str, FieldError]:
    """By field: what keeps a shop with this notice from opening."""
    empty, unsaid = N_("Please fill this in."), N_("Buyers can pay by %(way)s: say it here too.")
    faults = {f"legal.{name}": FieldError(empty, domain="shop") for name in missing_items(legal)}
    ways: dict[str, list[str]] = {}
    for gap in shops_service.unsaid(ctx, legal):
        ways.setdefault(f"legal.{gap.item}", []).append(gap.way)
    return faults | {
        name: FieldError(unsaid, domain="shop", way=" / ".join(said)) for name, said in ways.items()
    }


def _check_no_staff(ctx: TenantCtx) -> None:
    """Who works for shops already has their page for that; and a shop of their own would narrow what they see, or
    widen what they may do in another's."""
    if newcomers.is_staff(ctx.actor.permissions):
        message = N_("You are staff already: a new shop is made in the administration.")
        raise Conflict(message, code="is_staff", domain="shop")
