"""Addresses that the cart's pages share."""

from __future__ import annotations

from typing import Any, Final

from litestar import Request

AnyRequest = Request[Any, Any, Any]
CART: Final = "/shop/cart"
CHECKOUT: Final = "/shop/checkout/address"
# Who is known goes on to the confirmation, others to the address.
BUY_NOW: Final = "/shop/checkout/now"
