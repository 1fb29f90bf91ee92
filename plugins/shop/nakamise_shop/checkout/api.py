"""Checkout as JSON. Everything that moves money needs the header ``Idempotency-Key``."""

from __future__ import annotations

import uuid
from typing import Annotated, Final

from litestar import get, post
from litestar.params import FromPath, FromQuery, HeaderParameter, JSONBody
from litestar.types import ControllerRouterHandler

from nakamise.contracts.payments import Payment
from nakamise.plugin import Ctx, bounded, signed_in
from nakamise_shop.checkout import idempotency, paying
from nakamise_shop.checkout.confirming import confirm_view
from nakamise_shop.checkout.place import place
from nakamise_shop.checkout.schemas import ConfirmView, Pay, Placed, PlaceOrder, PurchaseView

TAGS: Final = ["shop"]
IdempotencyKey = Annotated[str | None, HeaderParameter(name="Idempotency-Key", required=True)]


@get("/checkout", opt=signed_in(), tags=TAGS, operation_id="shop_get_confirmation")
async def get_confirmation(ctx: Ctx, address_id: FromQuery[uuid.UUID]) -> ConfirmView:
    """What would be ordered now. Its ``fingerprint`` goes back with the order."""
    return await confirm_view(ctx, address_id)


@post("/checkout", opt=bounded(signed_in()), tags=TAGS, operation_id="shop_place_order")
async def place_order(ctx: Ctx, data: JSONBody[PlaceOrder], idempotency_key: IdempotencyKey = None) -> Placed:
    """409 ``cart_changed`` when something is not as confirmed, ``sold_out`` when somebody was faster.

    503 ``crowded`` or ``line_wait`` with Retry-After while too many order at once: send the same again, with its key.
    """
    return await place(ctx, idempotency.checked_key(idempotency_key), data)


@get("/checkout/{purchase_id:uuid}", opt=signed_in(), tags=TAGS, operation_id="shop_get_purchase")
async def get_purchase(ctx: Ctx, purchase_id: FromPath[uuid.UUID]) -> PurchaseView:
    return await paying.view(ctx, purchase_id)


@post(
    "/checkout/{purchase_id:uuid}/pay",
    opt=signed_in(),
    tags=TAGS,
    operation_id="shop_pay",
    status_code=200,
)
async def pay(
    ctx: Ctx,
    purchase_id: FromPath[uuid.UUID],
    data: JSONBody[Pay],
    idempotency_key: IdempotencyKey = None,
) -> Payment:
    """``requires_action``: send the buyer to ``action_url``; ``unknown``: ask again a little later."""
    return await paying.pay(ctx, purchase_id, idempotency.checked_key(idempotency_key), data)


@post(
    "/checkout/payments/{payment_id:uuid}/refresh",
    opt=signed_in(),
    tags=TAGS,
    operation_id="shop_refresh_payment",
    status_code=200,
)
async def refresh_payment(ctx: Ctx, payment_id: FromPath[uuid.UUID]) -> Payment:
    """Ask the provider what became of it."""
    return await paying.returned(ctx, payment_id)


route_handlers: Final[list[ControllerRouterHandler]] = [
    get_confirmation,
    place_order,
    get_purchase,
    pay,
    refresh_payment,
]
