"""What staff may still change of an order: where it goes, and what the buyer wished. Amounts never change: where
sending costs another fee than was paid, staff say that the shop settles it.

Only until the first parcel left; afterwards the carrier has the address.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Final

import msgspec

from nakamise.contracts.pricing import Destination
from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, Invalid, NotFound
from nakamise.japan import fold
from nakamise.plugin import TenantCtx
from nakamise.web import N_, yen
from nakamise_shop import scope
from nakamise_shop.domain.order_state import OrderState
from nakamise_shop.orders import repository, timeline
from nakamise_shop.orders.schemas import OrderHeader, ShipTo
from nakamise_shop.orders.timeline import Happened
from nakamise_shop.quoting import recarriage

_CHANGEABLE: Final = frozenset({OrderState.PENDING, OrderState.PAID, OrderState.PART_REFUNDED})
_ADDRESS: Final = """
UPDATE shop_order SET address = $2, search_text = $3, version = version + 1 WHERE id = $1 AND fulfil_state = ANY($4)
"""
_INPUTS: Final = """
UPDATE shop_order SET inputs = inputs || $2, note = CASE WHEN $2 ? 'shop.note' THEN '' ELSE note END,
       version = version + 1
WHERE id = $1 AND fulfil_state = ANY($3)
"""
_UNSENT: Final = ["unfulfilled", "processing"]
_MORE: Final = N_("Sending there costs %(amount)s more (%(after)s instead of %(before)s). The buyer is not charged again: the shop pays it.")  # fmt: skip
_LESS: Final = N_("Sending there costs %(amount)s less (%(after)s instead of %(before)s). What was paid stays; nothing goes back by itself.")  # fmt: skip
_SAME: Final = N_("Sending there costs as much as before. Please save once more.")


async def change_address(
    ctx: TenantCtx, tx: Tx, order_id: uuid.UUID, to: ShipTo, difference: int = 0
) -> None:
    """The order alone: the buyer's address book and other orders stay. ``difference`` is what sending costs more
    (or, below 0, less) than to the old address, as staff saw it.

    Raises NotFound, Conflict once it left and for a place to which the shop does not send, Invalid
    (``difference``) while staff have not accepted the right one, Unavailable while the fee cannot be reckoned.
    """
    order = await _open(ctx, tx, order_id)
    before, after = msgspec.to_builtins(order.address), msgspec.to_builtins(to)
    changed = sorted(name for name, value in after.items() if before[name] != value)
    if not changed:
        return
    await _check_carriage(ctx, tx, order, to, difference)
    kana = f"{to.family_kana} {to.given_kana}"
    words = fold(f"{order.number} {order.buyer_name} {to.name} {kana}")
    await tx.must_touch_one(_too_late(), _ADDRESS, order_id, after, words, _UNSENT)
    await _tell(ctx, tx, order_id, changed, **({"difference": difference} if difference else {}))


async def _check_carriage(ctx: TenantCtx, tx: Tx, order: OrderHeader, to: ShipTo, accepted: int) -> None:
    """Nobody is charged again and nothing goes back by itself, so staff must know what it means for the shop."""
    places = (_place(order.address), _place(to))
    if places[0] == places[1]:
        return
    found = await recarriage(ctx, tx, order.quote, order.inputs, places)
    if found.unavailable:
        raise Conflict(found.unavailable, code="undeliverable", domain="shop")
    if found.difference == accepted:
        return
    said = _MORE if found.difference > 0 else _LESS if found.difference < 0 else _SAME
    amounts = {"before": yen(found.before), "after": yen(found.after), "amount": yen(abs(found.difference))}
    fault = FieldError(said, domain="shop", value=found.difference, **amounts)
    raise Invalid({"difference": fault})


def _place(to: ShipTo) -> Destination:
    return Destination(postal_code=to.postal_code, prefecture=to.prefecture)


async def change_inputs(
    ctx: TenantCtx, tx: Tx, order_id: uuid.UUID, values: Mapping[str, str | None]
) -> None:
    """What was chosen at checkout, by name; None takes it away. Raises NotFound, and Conflict once it left."""
    order = await _open(ctx, tx, order_id)
    wanted = {name: value or "" for name, value in values.items()}
    changed = sorted(name for name, value in wanted.items() if order.inputs.get(name, "") != value)
    if not changed:
        return
    await tx.must_touch_one(_too_late(), _INPUTS, order_id, wanted, _UNSENT)
    await _tell(ctx, tx, order_id, changed)


async def _open(ctx: TenantCtx, tx: Tx, order_id: uuid.UUID) -> OrderHeader:
    """Under the order's lock."""
    await scope.check_order(ctx, tx, order_id)
    await repository.lock_order(tx, order_id)
    order = await repository.header_by_id(tx, order_id)
    if order is None:
        raise NotFound
    if order.state not in _CHANGEABLE:
        raise _too_late()
    return order


async def _tell(ctx: TenantCtx, tx: Tx, order_id: uuid.UUID, changed: list[str], **amounts: int) -> None:
    """Names only: what was written there may be personal, and the timeline is never erased."""
    await timeline.note(ctx, tx, [order_id], Happened.CHANGED, fields=changed, **amounts)
    await ctx.audit(tx, "shop.order_changed", str(order_id), fields=changed, **amounts)


def _too_late() -> Conflict:
    return Conflict(
        N_("A parcel of this order has left, or the order has ended: it can no longer be changed."),
        code="not_changeable",
        domain="shop",
    )
