"""What a legal notice says by itself, and where the shop's own words say otherwise: told to staff beside the form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

import msgspec

from nakamise.contracts.shipping import ShippingOutline
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop import notice, sending
from nakamise_shop.legal import DECIDED, LABELS, ORDER, is_on_request
from nakamise_shop.on_request.keeping import item_of
from nakamise_shop.staff.shops.schemas import StaffShop
from nakamise_shop.staff.text import words

# Shorter ones stand in any text.
_TELLS: Final = 6
_SENTENCE: Final = re.compile(r"[^。.!?\n]+")
# No longer than a price: what is typed is any length, and is read for every page.
_AMOUNT: Final = re.compile(r"¥\s*([0-9][0-9,]{0,10})|([0-9][0-9,]{0,10})\s*円")
_SHIPPING: Final = re.compile(r"送料|配送料|shipping|delivery (fee|charge)")
# Who pays for sending back is no fee for sending.
_BACK: Final = re.compile(r"返送料|返品|return|当店負担|at our cost")
_EVERYWHERE: Final = re.compile(r"一律|全国|anywhere|everywhere|nationwide")
_CANCEL: Final = re.compile(r"取り?消|キャンセル|cancel")
SHIPPING: Final = N_("%(item)s: “%(sentence)s” is not what the shipping fees are set to. Please leave fees out here: the notice states them by itself.")  # fmt: skip
CANCEL: Final = N_("%(item)s: “%(sentence)s”. Please leave out until when buyers can cancel: the notice states it by itself.")  # fmt: skip
RETURNS: Final = N_("%(item)s: buyers read the return policy instead of this text.")
STANDS_HERE: Final = N_("%(item)s: “%(kept)s” stands here too, where everybody reads it. The notice tells it on request only.")  # fmt: skip
ON_REQUEST: Final = N_("%(item)s: “%(sentence)s”. Whoever asks by the e-mail address of this notice must be told without delay. Choose “Tell it on request” and write it out: then the site answers by itself.")  # fmt: skip


class Hints(msgspec.Struct, frozen=True):
    """``decided``: (label, text) that the notice has by itself. ``doubts``: (item, sentence) about the shop's words."""

    decided: list[tuple[str, str]]
    doubts: list[tuple[str, str]]


async def hints(ctx: TenantCtx, tx: Tx, shop: StaffShop) -> Hints:
    flat = sending.Flat(shop.id, shop.shipping_fee, shop.free_over)
    outline = (await sending.outlines(ctx, tx, [flat]))[shop.id]
    texts = dict((await notice.promised(ctx, tx, [shop.id]))[shop.id])
    texts["shipping"] = sending.in_full(ctx.locale, outline)
    _ = words(ctx)
    names = {**LABELS, **DECIDED}
    decided = [(_(names[name]), texts[name]) for name in ORDER if name in texts]
    found = doubts(ctx, shop.legal, outline)
    if "returns" in texts and shop.legal.get("returns"):
        label = LABELS["returns"]
        found.append(("returns", _(RETURNS, item=_(label))))
    return Hints(decided, found + told_elsewhere(ctx, shop))


def doubts(
    ctx: TenantCtx, legal: Mapping[str, str], outline: ShippingOutline | None
) -> list[tuple[str, str]]:
    """(item, sentence) for all that ``legal`` says otherwise than it is set."""
    _ = words(ctx)
    return [
        (name, _(message, item=_(LABELS[item]), sentence=sentence.strip()))
        for name, text in legal.items()
        if (item := name.removesuffix("_en")) in LABELS
        for sentence in _SENTENCE.findall(unicodedata.normalize("NFKC", text))
        if (message := _not_told(item, text, sentence) or _wrong(sentence.casefold(), outline))
    ]


def told_elsewhere(ctx: TenantCtx, shop: StaffShop) -> list[tuple[str, str]]:
    """(item, sentence) for what is kept for those who ask and stands in another item."""
    _ = words(ctx)
    secret = {name: text for name, text in shop.legal.items() if item_of(name) in shop.on_request and text}
    return [
        (name, _(STANDS_HERE, item=_(LABELS[item_of(name)]), kept=kept))
        for name, text in shop.legal.items()
        if name not in secret
        for kept in secret.values()
        if len(_bare(kept)) >= _TELLS and _bare(kept) in _bare(text)
    ]


def _bare(text: str) -> str:
    """However it is spaced and hyphenated."""
    return re.sub(r"[^\w]|ー", "", unicodedata.normalize("NFKC", text)).casefold()


def _not_told(item: str, text: str, sentence: str) -> str:
    """What one sentence says of a building is not said of the address that another one tells."""
    return ON_REQUEST if is_on_request(item, text) and is_on_request(item, sentence) else ""


def _wrong(sentence: str, outline: ShippingOutline | None) -> str:
    """Why the sentence should not stand there; "" when it may."""
    if _CANCEL.search(sentence):
        return CANCEL
    if outline is None or not _SHIPPING.search(sentence) or _BACK.search(sentence):
        return ""
    amounts = {int((yen or en).replace(",", "")) for yen, en in _AMOUNT.findall(sentence)}
    is_too_simple = bool(_EVERYWHERE.search(sentence)) and not sending.is_same_everywhere(outline)
    return SHIPPING if is_too_simple or amounts - sending.amounts_of(outline) else ""
