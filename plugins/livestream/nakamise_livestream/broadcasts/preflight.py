"""What a host should have looked at before going on the air: things to sell, a way to pay, words that are not said.

The camera and the line are looked at in the browser (``js/check.js``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from nakamise.contracts.catalog import CatalogProduct
from nakamise.contracts.payments import Payments
from nakamise.db import Tx
from nakamise.errors import Conflict
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_livestream.broadcasts import products
from nakamise_livestream.broadcasts.schemas import Broadcast
from nakamise_livestream.settings import LivestreamSettings
from nakamise_livestream.words import DOMAIN, words

Verdict = Literal["ok", "low", "bad"]
NOT_READY: Final = N_("Something is in the way. Look at the list before the start, or start without it.")


class PreflightItem(msgspec.Struct, frozen=True):
    """``kind``: ``low`` is a warning, ``bad`` holds the start back. ``text`` in the reader's language."""

    code: str
    kind: Verdict
    text: str


async def preflight(ctx: TenantCtx, tx: Tx, broadcast: Broadcast) -> list[PreflightItem]:
    """Asks for no permission."""
    ids = await products.product_ids(tx, broadcast.id)
    sold = await products.looked_up(ctx, tx, ids)
    return [_goods(ctx, len(ids), sold), *_payment(ctx, len(ids)), _words(ctx), _cover(ctx, broadcast)]


async def require_ready(ctx: TenantCtx, tx: Tx, broadcast: Broadcast) -> None:
    """Raises Conflict (code ``not_ready``)."""
    if is_blocked(await preflight(ctx, tx, broadcast)):
        raise Conflict(NOT_READY, code="not_ready", domain=DOMAIN)


def is_blocked(found: Sequence[PreflightItem]) -> bool:
    return any(one.kind == "bad" for one in found)


def _goods(ctx: TenantCtx, listed: int, sold: Sequence[CatalogProduct]) -> PreflightItem:
    _ = words(ctx)
    there = sum(one.available > 0 for one in sold)
    if listed == 0:
        return PreflightItem("goods", "low", _(N_("No products are chosen: viewers can buy nothing.")))
    if there == 0:
        return PreflightItem("goods", "bad", _(N_("None of the products is in stock.")))
    if there < listed:
        text = _(N_("%(n)s of %(of)s products are sold out."), n=listed - there, of=listed)
        return PreflightItem("goods", "low", text)
    return PreflightItem("goods", "ok", _(N_("All %(n)s products are in stock."), n=listed))


def _payment(ctx: TenantCtx, listed: int) -> list[PreflightItem]:
    _ = words(ctx)
    if listed == 0:
        return []
    payments = ctx.optional_service(Payments)
    methods = payments.methods() if payments else ()
    if not methods:
        text = _(N_("No way to pay is switched on: nobody can buy."))
        return [PreflightItem("payment", "bad", text)]
    if all(one.test_mode for one in methods):
        text = _(N_("Payment is in test mode: no money moves."))
        return [PreflightItem("payment", "low", text)]
    return [PreflightItem("payment", "ok", _(N_("Payment is ready.")))]


def _words(ctx: TenantCtx) -> PreflightItem:
    _ = words(ctx)
    if ctx.settings(LivestreamSettings).chat_words.strip():
        return PreflightItem("words", "ok", _(N_("Words that may not be used are set.")))
    text = _(N_("No words are forbidden in the chat. Staff can set them."))
    return PreflightItem("words", "low", text)


def _cover(ctx: TenantCtx, broadcast: Broadcast) -> PreflightItem:
    _ = words(ctx)
    if broadcast.cover is not None:
        return PreflightItem("cover", "ok", _(N_("There is a cover picture.")))
    return PreflightItem("cover", "low", _(N_("There is no cover picture: lists show an empty one.")))
