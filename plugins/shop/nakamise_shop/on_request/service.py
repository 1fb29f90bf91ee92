"""Asking for what a notice keeps, and the answer in the same transaction: "without delay" has no step that can wait."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.errors import Conflict, NotFound
from nakamise.ids import uuid7
from nakamise.plugin import TenantCtx
from nakamise.web import N_, gettext_for
from nakamise_shop.catalog import sale_terms
from nakamise_shop.catalog import service as catalog
from nakamise_shop.catalog.schemas import Shop
from nakamise_shop.legal import MAY_BE_ASKED_FOR, notice_of, texts_of
from nakamise_shop.on_request import limits
from nakamise_shop.on_request.keeping import FORGOTTEN_AFTER_DAYS, KEPT_ITEMS, WHOLE
from nakamise_shop.on_request.schemas import AskNotice

TEMPLATE: Final = "mail/notice"
_KEPT: Final = f"SELECT {WHOLE} AS legal, {KEPT_ITEMS} AS items FROM shop_shop WHERE id = $1"  # noqa: S608
_LOG: Final = """
INSERT INTO shop_notice_request (id, shop_id, email, name, locale, told, mail_id) VALUES ($1, $2, $3, $4, $5, $6, $7)
"""


class _Kept(msgspec.Struct, frozen=True):
    legal: dict[str, str]
    items: list[str]


class Answer(msgspec.Struct, frozen=True):
    """``told``: the kept items; ``notice``: (label, text) of the whole notice."""

    told: Mapping[str, str]
    notice: Sequence[tuple[str, str]]


async def ask(ctx: TenantCtx, slug: str, asked: AskNotice) -> None:
    """The whole notice goes to the address by mail, in the page's language.

    Raises NotFound for a shop that is not open or keeps nothing, and TooMany.
    """
    async with ctx.read() as tx:
        shop = await catalog.shop(ctx, tx, slug)
    if not shop.on_request:
        raise NotFound
    await limits.pay(ctx, shop.id, asked.email)
    async with ctx.begin() as tx:
        # What was read is what is told, also when the shop shows it from this moment on.
        answer = await answer_of(ctx, tx, shop)
        mail_id = await tell(ctx, tx, shop, asked.email, answer)
        row = (uuid7(), shop.id, asked.email, asked.name, ctx.locale, dict(answer.told), mail_id)
        await tx.execute(_LOG, *row)


async def answer_of(ctx: TenantCtx, tx: Tx, shop: Shop) -> Answer:
    """In the language of ``ctx``. Raises Conflict (code ``nothing_kept``) for a notice that is shown whole by now, or keeps
    what a shop that is not open left empty."""
    kept = await tx.one(_Kept, _KEPT, shop.id)
    if not kept.items:
        raise _nothing(N_("The notice shows its address and phone number by now."))
    items = [name for name in MAY_BE_ASKED_FOR if name in kept.items]
    told = texts_of(kept.legal, ctx.locale, items, {})
    if not told:
        raise _nothing(N_("The notice has no address and no phone number by now."))
    said = (await sale_terms.of_shops(ctx, tx, [shop]))[shop.id]
    whole = msgspec.structs.replace(shop, legal=kept.legal)
    return Answer(told, notice_of(whole, ctx.locale, said))


def _nothing(message: str) -> Conflict:
    return Conflict(message, code="nothing_kept", domain="shop")


async def tell(ctx: TenantCtx, tx: Tx, shop: Shop, email: str, answer: Answer) -> uuid.UUID:
    """The mail's id. No word of whoever asked stands in it: the address may be another person's."""
    _ = gettext_for(ctx.locale, "shop")
    return await ctx.send_mail(
        tx,
        TEMPLATE,
        email,
        locale=ctx.locale,
        subject=_("Address and phone number of %(shop)s", shop=shop.name),
        paragraphs=[
            _("You asked for what the legal notice of %(shop)s tells on request. This is the whole notice.", shop=shop.name),
            _("If it was not you who asked, please ignore this mail. Your address is deleted after %(n)s days.", n=FORGOTTEN_AFTER_DAYS),
        ],
        facts=list(answer.notice),
        action={"path": f"/shop/shops/{shop.slug}/legal", "label": _("See the legal notice")},
    )  # fmt: skip
