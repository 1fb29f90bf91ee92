"""New shops: made by staff, or by somebody of a shop who wants another one; the site decides whether they open."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Mapping
from typing import Final

from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, Invalid
from nakamise.ids import uuid7
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop import scope
from nakamise_shop.on_request import keeping
from nakamise_shop.staff.shops.schemas import NewShop
from nakamise_shop.staff.shops.service import legal_faults

# Of their own, by people who work for some shops only.
UNDECIDED_MAX: Final = 3
_SLUG: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_PREFIX: Final = re.compile(r"[A-Z0-9]{1,8}")
_TRIES: Final = 99
_INSERT: Final = """
INSERT INTO shop_shop (id, slug, name, translations, legal, order_number_prefix, kept)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
"""


async def create(ctx: TenantCtx, tx: Tx, given: NewShop) -> uuid.UUID:
    """In preparation: nobody sees it until it is opened. Who works for some shops works for this one too.

    Raises Invalid, also for a slug or prefix that another shop has, and Conflict (code ``too_many_undecided``).
    """
    # So that no two take the same prefix, or one more than they may have.
    await tx.turn("shop.new_shop")
    own = await scope.shops_of(ctx, tx)
    if own is not None:
        await check_undecided(tx, own)
    shop_id = await make(ctx, tx, given)
    if own is not None:
        await name_for(tx, ctx.require_user(), shop_id)
    return shop_id


async def make(
    ctx: TenantCtx, tx: Tx, given: NewShop, faulty: Mapping[str, FieldError] | None = None
) -> uuid.UUID:
    """In preparation, with nobody named for it; the caller has the turn ``shop.new_shop``. Raises Invalid, with what
    the caller found ``faulty`` besides."""
    slug = unicodedata.normalize("NFKC", given.slug).strip().lower()
    legal = {name: text.strip() for name, text in given.legal.items() if text.strip()}
    of_notice = legal_faults(given.legal) | keeping.faults(legal, given.on_request)
    if faults := dict(faulty or {}) | await _faults(tx, slug, given) | of_notice:
        raise Invalid(faults)
    prefix = given.order_number_prefix.strip().upper() or await _free_prefix(tx, slug)
    shop_id = uuid7()
    english = {"en": {"name": given.name_en}} if given.name_en else {}
    shown, kept = keeping.divided(legal, given.on_request)
    row = (shop_id, slug, given.name, english, shown, prefix, kept)
    await tx.must_touch_one(_taken("slug"), _INSERT, *row)
    await ctx.audit(tx, "shop.shop.created", str(shop_id), slug=slug, name=given.name)
    return shop_id


async def name_for(tx: Tx, user_id: uuid.UUID, shop_id: uuid.UUID) -> None:
    """The person works for the shop by name; it gives no permission."""
    await tx.execute("INSERT INTO shop_people (user_id, shop_id) VALUES ($1, $2)", user_id, shop_id)


async def check_undecided(tx: Tx, own: scope.Shops) -> None:
    """Raises Conflict (code ``too_many_undecided``) when too many of ``own`` are not open yet."""
    waiting = await tx.value(
        "SELECT count(*) FROM shop_shop WHERE id = ANY($1) AND state IN ('pending', 'applied', 'rejected')",
        own,
    )
    if waiting >= UNDECIDED_MAX:
        message = N_("%(n)s of your shops are not open yet. Please finish those first.")
        raise Conflict(message, code="too_many_undecided", domain="shop", params={"n": waiting})


async def _faults(tx: Tx, slug: str, given: NewShop) -> dict[str, FieldError]:
    faults: dict[str, FieldError] = {}
    if not given.name.strip():
        faults["name"] = FieldError(N_("Please enter the shop's name."), domain="shop")
    if not _SLUG.fullmatch(slug):
        message = N_("Use up to 60 small letters, digits and hyphens, beginning with a letter or digit.")
        faults["slug"] = FieldError(message, domain="shop")
    elif await tx.value("SELECT true FROM shop_shop WHERE slug = $1", slug):
        faults |= _taken("slug").fields
    prefix = given.order_number_prefix.strip().upper()
    if prefix and not _PREFIX.fullmatch(prefix):
        message = N_("Use 1 to 8 capital letters and digits.")
        faults["order_number_prefix"] = FieldError(message, domain="shop")
    elif prefix and await tx.value("SELECT true FROM shop_shop WHERE order_number_prefix = $1", prefix):
        faults |= _taken("order_number_prefix").fields
    return faults


def _taken(name: str) -> Invalid:
    return Invalid({name: FieldError(N_("Another shop has this already."), domain="shop")})


async def _free_prefix(tx: Tx, slug: str) -> str:
    """The slug's first letters, with a number when another shop has them. Raises Invalid when all are taken."""
    letters = slug.replace("-", "").upper()
    wanted = [letters[:4], *(f"{letters[:4]}{n}" for n in range(2, _TRIES))]
    known = set(
        await tx.values(
            "SELECT order_number_prefix FROM shop_shop WHERE order_number_prefix = ANY($1)", wanted
        )
    )
    for prefix in wanted:
        if prefix not in known:
            return prefix
    raise _taken("order_number_prefix")
