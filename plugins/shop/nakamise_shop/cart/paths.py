"""Addresses and words that the cart's pages share."""

from __future__ import annotations

from typing import Any, Final

from litestar import Request

from nakamise.errors import Problem
from nakamise.plugin import TenantCtx
from nakamise.web import gettext_for

AnyRequest = Request[Any, Any, Any]
CART: Final = "/shop/cart"
CHECKOUT: Final = "/shop/checkout/address"


def say(ctx: TenantCtx, problem: Problem) -> str:
    return gettext_for(ctx.locale, problem.domain)(problem.message, **problem.params)
