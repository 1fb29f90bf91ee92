"""The provider's own endpoint for card data, under /api/payments_sandbox: the shop never sees a card."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from litestar import post
from litestar.params import JSONBody
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from nakamise.errors import FieldError, Invalid
from nakamise.plugin import anyone
from nakamise.web import N_
from nakamise_payments_sandbox.cards import card_of_number


class CardData(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``expiry`` is MM/YY; expiry and code are asked for but any will do."""

    number: Annotated[str, Meta(min_length=12, max_length=23)]
    expiry: Annotated[str, Meta(pattern=r"^(0[1-9]|1[0-2])\s?/\s?[0-9]{2}$")]
    cvc: Annotated[str, Meta(pattern=r"^[0-9]{3,4}$")]


class Token(msgspec.Struct, frozen=True):
    """Stands for the card in ``POST /api/shop/checkout/{purchase}/pay``."""

    token: str


@post("/tokens", opt=anyone(), tags=["payments"], operation_id="payments_sandbox_make_token")
async def make_token(data: JSONBody[CardData]) -> Token:
    """Exchange a test card for a token. 422 for every other card."""
    card = card_of_number(data.number)
    if card is None:
        raise Invalid(
            {
                "number": FieldError(
                    N_("Only test cards can be used in the test environment."), domain="payments_sandbox"
                )
            }
        )
    return Token(card.token)


route_handlers: Final[list[ControllerRouterHandler]] = [make_token]
