"""The mail with what is needed at the till or for a bank transfer, in the language of the purchase."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from nakamise.contracts.payments import Instructions, StoreCode
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise.web import gettext_for, minute, yen
from nakamise_shop.checkout import bank_account, repository
from nakamise_shop.checkout.stores import STORES
from nakamise_shop.orders.mail_texts import ORDER_WAITING


async def send(ctx: TenantCtx, tx: Tx, purchase_id: uuid.UUID, how: Instructions) -> None:
    """To nobody when the buyer was forgotten meanwhile."""
    purchase = await repository.lock_purchase(tx, purchase_id)
    if purchase is None or "@" not in purchase.email:
        return
    _ = gettext_for(purchase.locale, "shop")
    words = await ctx.mail_words(
        tx,
        ORDER_WAITING,
        locale=purchase.locale,
        number=", ".join(order.number for order in await repository.orders_in(tx, purchase_id)),
        amount=yen(purchase.charge),
        time=minute(how.due_at, purchase.locale, ctx.tenant.timezone),
        codes="\n".join(_codes(_, how, purchase.locale)),
    )
    await ctx.send_mail(
        tx,
        "mail/notice",
        purchase.email,
        locale=purchase.locale,
        subject=words.subject,
        paragraphs=words.paragraphs,
        facts=[],
        action={"path": f"/shop/checkout/pay/{purchase_id}", "label": _("See how to pay")},
    )


def _codes(_: Callable[..., str], how: Instructions, locale: str) -> list[str]:
    if how.account is None:
        return [_code(_, code) for code in how.codes]
    number = _("Please put this number before the name of who transfers: %(number)s", number=how.reference)
    return [*(f"{label}: {text}" for label, text in bank_account.lines(how.account, locale)), number]


def _code(_: Callable[..., str], code: StoreCode) -> str:
    said = f"{STORES.get(code.store, code.store)}: {_('Payment number')} {code.payment_code}"
    if code.confirmation_number:
        said += f" / {_('Confirmation number')} {code.confirmation_number}"
    return said
