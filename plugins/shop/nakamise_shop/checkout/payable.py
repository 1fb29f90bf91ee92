"""Amounts that no way to pay takes: too small or too big for all of them."""

from __future__ import annotations

from nakamise.contracts.payments import Payments
from nakamise.errors import Conflict, Problem, Unavailable
from nakamise.plugin import TenantCtx
from nakamise.web import N_, yen


def least(ctx: TenantCtx) -> int:
    """The smallest amount that can be paid at all; 0 while no way to pay is ready."""
    return min((way.min_amount for way in ctx.service(Payments).methods()), default=0)


def why_not(ctx: TenantCtx, due: int) -> Problem:
    """Why ``due`` cannot be paid, for an amount that no way takes: said to the buyer instead of an order."""
    ways = ctx.service(Payments).methods()
    low = min((way.min_amount for way in ways), default=0)
    tops = [way.max_amount for way in ways]
    if due < low:
        said = N_("%(due)s is less than can be paid here (from %(least)s). Please put something more into your cart.")  # fmt: skip
        return _refused(said, due=yen(due), least=yen(low))
    if ways and None not in tops:
        most = max(top for top in tops if top is not None)
        said = N_("%(due)s is more than can be paid at once (%(most)s). Please order in several parts.")
        return _refused(said, due=yen(due), most=yen(most))
    return Unavailable(N_("No way to pay is ready at the moment."), code="no_payment_method", domain="shop")


def _refused(message: str, **params: str) -> Conflict:
    return Conflict(message, code="amount_not_payable", domain="shop", params=params)
