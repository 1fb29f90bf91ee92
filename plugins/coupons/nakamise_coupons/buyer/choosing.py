"""Choosing a coupon for the cart, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable

from nakamise.contracts.cart import CartInputs
from nakamise.contracts.orders import Orders
from nakamise.contracts.pricing import Applied, Quote, QuotedLine, QuoteLine, QuoteRequest
from nakamise.db import Tx
from nakamise.errors import Conflict, NotFound
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_coupons import guessing, repository, scoping
from nakamise_coupons.buyer.schemas import CartCoupon, OfferedCoupon
from nakamise_coupons.domain import codes
from nakamise_coupons.domain.rules import MAY_COUNT_LATER, Presented, Why, judge, state_of
from nakamise_coupons.pricing import INPUT, judged
from nakamise_coupons.schemas import Coupon
from nakamise_coupons.words import DOMAIN, WHY, conditions, gain, params, reason


async def choose(ctx: TenantCtx, typed: str, cart_token: str | None = None) -> str:
    """Put a code into the cart; the code. One that may count for another cart stays there and says why it does not.
    ``cart_token``: of a guest of the API.

    Raises Conflict that says why it cannot be used, also without a cart; TooMany.
    """
    await guessing.pay(ctx)
    code = codes.normal(typed)
    async with ctx.begin() as tx:
        found = await repository.presented(tx, code, ctx.actor.user_id)
        why = await _why(ctx, tx, found) if found else Why.UNKNOWN
        if why is None or why in MAY_COUNT_LATER:
            await _put(ctx, tx, code, cart_token)
    if why not in (Why.UNKNOWN, Why.STOPPED):
        await guessing.forgive(ctx)
    if why is not None and why not in MAY_COUNT_LATER:
        raise Conflict(WHY[why], code=f"coupon_{why.value}", domain=DOMAIN, params=params(ctx, found))
    return code


async def _put(ctx: TenantCtx, tx: Tx, code: str, cart_token: str | None) -> None:
    try:
        await ctx.service(CartInputs).set(tx, {INPUT: code}, cart_token)
    except NotFound:
        message = N_("Put something into the cart first, then type the code.")
        raise Conflict(message, code="no_cart", domain=DOMAIN) from None


async def _why(ctx: TenantCtx, tx: Tx, found: Presented) -> Why | None:
    """Whatever is in the cart."""
    buyer_id = ctx.actor.user_id
    asks = found.first_order_only and buyer_id is not None
    has_bought = await ctx.service(Orders).has_bought(tx, buyer_id) if asks and buyer_id else False
    live_in = {found.broadcast_id} if found.broadcast_id else set()
    return judge(found, ctx.now(), has_bought=has_bought, live_in=live_in)


async def remove(ctx: TenantCtx, tx: Tx, cart_token: str | None = None) -> str:
    """The code that was in the cart; "" = there was none. Raises NotFound without a cart."""
    inputs = ctx.service(CartInputs)
    code = (await inputs.all(tx, cart_token)).get(INPUT, "")
    await inputs.set(tx, {INPUT: None}, cart_token)
    return code


async def of_cart(ctx: TenantCtx, tx: Tx, quote: Quote | None) -> CartCoupon:
    """The coupon in the cart that ``quote`` prices, and why it takes nothing if it does not."""
    code = (await ctx.service(CartInputs).all(tx)).get(INPUT, "")
    if not code or quote is None:
        return CartCoupon(code=code)
    applied = [one for one in quote.applied if one.plugin_id == DOMAIN]
    if applied and (taken := sum(one.taken for one in applied)):
        return CartCoupon(code=code, name=applied[0].adjustment.label, taken=taken)
    return await _without_effect(ctx, tx, code, quote, applied)


async def _without_effect(
    ctx: TenantCtx, tx: Tx, code: str, quote: Quote, applied: list[Applied]
) -> CartCoupon:
    found = await judged(ctx, tx, _request(ctx, code, quote))
    why = found.why or _priced_why(applied, quote)
    name = found.coupon.name_in(ctx.locale) if found.coupon else ""
    return CartCoupon(code=code, name=name, why=why, reason=reason(ctx, why, found.coupon))


def _priced_why(applied: list[Applied], quote: Quote) -> Why:
    """Of a coupon that counts, but took nothing: too few goods, or nothing left to take."""
    for one in applied:
        adj = one.adjustment
        lines = [line for shop in quote.shops for line in shop.lines]
        reach = [
            line
            for line in lines
            if adj.shop_id in (None, line.shop_id) and (not adj.line_ids or line.line_id in adj.line_ids)
        ]
        if sum(line.net for line in reach) < adj.min_goods:
            return Why.BELOW_MIN
    return Why.NO_GAIN


def _request(ctx: TenantCtx, code: str, quote: Quote) -> QuoteRequest:
    return QuoteRequest(
        lines=tuple(_lines(line for shop in quote.shops for line in shop.lines)),
        at=quote.priced_at,
        tax_date=quote.tax_date,
        currency=quote.currency,
        buyer_id=str(ctx.actor.user_id) if ctx.actor.user_id else None,
        inputs={INPUT: code},
    )


def _lines(quoted: Iterable[QuotedLine]) -> Iterable[QuoteLine]:
    names = QuoteLine.__struct_fields__
    return (QuoteLine(**{name: getattr(line, name) for name in names}) for line in quoted)


async def offered(ctx: TenantCtx, tx: Tx) -> list[OfferedCoupon]:
    """Coupons that everybody may know, with what the caller may do with each."""
    found = []
    public = await repository.public_coupons(tx, ctx.now())
    limits = await scoping.limits(ctx, tx, [one.id for one in public], published_only=True)
    for one in public:
        presented = await repository.presented(tx, one.code, ctx.actor.user_id)
        why = await _why(ctx, tx, presented) if presented else Why.UNKNOWN
        found.append(_offered(ctx, one, why, limits.get(one.id, [])))
    return found


def _offered(ctx: TenantCtx, terms: Coupon, why: Why | None, limits: list[str]) -> OfferedCoupon:
    return OfferedCoupon(
        id=terms.id,
        code=terms.code,
        name=terms.name_in(ctx.locale),
        kind=terms.kind,
        gain=gain(ctx, terms),
        conditions=conditions(ctx, terms) + limits,
        state=state_of(terms, ctx.now()),
        starts_at=terms.starts_at,
        ends_at=terms.ends_at,
        why=why,
        reason=reason(ctx, why, terms) if why else "",
    )
