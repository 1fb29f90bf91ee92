"""Why something cannot lie in a cart as it is, in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from nakamise.errors import Conflict
from nakamise.plugin import TenantCtx
from nakamise.web import N_, gettext_for, minute
from nakamise_shop.cart.schemas import CartLine, Trouble

_TROUBLES: Final = {
    Trouble.NOT_FOR_SALE: N_("This item is no longer for sale. Please remove it."),
    Trouble.SHOP_CLOSED: N_(
        "This shop takes no orders at the moment. Please remove this item, or come back later."
    ),
    Trouble.NOT_YET: N_("Not on sale yet: sales begin at %(at)s."),
    Trouble.ENDED: N_("The sale of this item has ended. Please remove it."),
    Trouble.SOLD_OUT: N_("This item is sold out. Please remove it, or wait until it is back."),
    Trouble.TOO_MANY: N_("Only %(n)s left in stock. Please change the quantity."),
    Trouble.OVER_LIMIT: N_("At most %(n)s per order. Please change the quantity."),
    Trouble.PERSON_LIMIT: N_(
        "At most %(n)s per person, earlier orders included. Please change the quantity."
    ),
}
_REFUSED: Final = {
    Trouble.NOT_YET: N_("Not on sale yet: sales begin at %(at)s."),
    Trouble.ENDED: N_("The sale of this item has ended."),
    Trouble.SOLD_OUT: N_("This item is sold out."),
}


def in_words(ctx: TenantCtx, line: CartLine) -> str:
    """For a line that is in trouble; else ""."""
    if line.trouble is None:
        return ""
    _ = gettext_for(ctx.locale, "shop")
    return _(_TROUBLES[line.trouble], n=_number(line, line.trouble), at=_begins(ctx, line))


def check(ctx: TenantCtx, line: CartLine, already: int = 0) -> None:
    """``already``: how many there were before this act. Raises Conflict."""
    trouble = line.trouble
    if trouble is None or trouble in {Trouble.NOT_FOR_SALE, Trouble.SHOP_CLOSED}:
        return
    if trouble in _REFUSED:
        code = "sold_out" if trouble is Trouble.SOLD_OUT else "not_on_sale"
        raise Conflict(_REFUSED[trouble], code=code, domain="shop", params={"at": _begins(ctx, line)})
    number = _number(line, trouble)
    message = _too_many(trouble, already)
    raise Conflict(message, code="not_enough", domain="shop", params={"n": number, "have": already})


def _too_many(trouble: Trouble, already: int) -> str:
    if trouble is Trouble.PERSON_LIMIT:
        return N_("At most %(n)s per person, earlier orders included.")
    if trouble is Trouble.OVER_LIMIT:
        if already:
            return N_("At most %(n)s per order; %(have)s are in your cart already.")
        return N_("At most %(n)s per order.")
    if already:
        return N_("Only %(n)s left in stock; %(have)s are in your cart already.")
    return N_("Only %(n)s left in stock.")


def _number(line: CartLine, trouble: Trouble) -> int:
    """The one that the words are about."""
    numbers: dict[Trouble, Callable[[], int | None]] = {
        Trouble.OVER_LIMIT: lambda: line.per_order_limit,
        Trouble.PERSON_LIMIT: lambda: line.per_person_limit,
    }
    found = numbers.get(trouble, lambda: line.available)()
    return found or 0


def _begins(ctx: TenantCtx, line: CartLine) -> str:
    return minute(line.sale_from, ctx.locale, ctx.tenant.timezone) if line.sale_from else ""
