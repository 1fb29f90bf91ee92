"""Which products are shown beside a product; kept by staff in an order of their own."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from nakamise.db import Tx
from nakamise.errors import FieldError, Invalid, NotFound
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop import scope
from nakamise_shop.staff.products.schemas import Choice, ProductState

MAX: Final = 12
RelatedKind = Literal["related", "upgrade"]
Act = Literal["up", "down", "remove"]
# What staff of some shops ($2, null: of all) may know of: their shops' products, and what every buyer sees.
_KNOWN: Final = """
($2::uuid[] IS NULL OR p.shop_id = ANY($2) OR (p.state = 'published' AND EXISTS (
    SELECT 1 FROM shop_shop s WHERE s.id = p.shop_id AND s.state = 'open')))
"""
_LIST: Final = f"""
SELECT r.other_id AS id, p.name, p.slug, p.state, r.kind, {_KNOWN} AS is_known
FROM shop_related r JOIN shop_product p ON p.id = r.other_id
WHERE r.product_id = $1 ORDER BY r.position, r.other_id
"""  # noqa: S608 (our own text)
# By its address, a SKU, or its whole name.
_FIND: Final = f"""
SELECT p.id FROM shop_product p WHERE (p.slug = $1 OR p.name = $1
  OR EXISTS (SELECT 1 FROM shop_variant v WHERE v.product_id = p.id AND v.sku = $1)) AND {_KNOWN}
ORDER BY p.slug = $1 DESC, p.state = 'published' DESC, p.id LIMIT 1
"""  # noqa: S608 (our own text)
_CHOICES: Final = f"""
SELECT p.id, p.slug, p.name FROM shop_product p WHERE p.id <> $1 AND p.state <> 'archived' AND {_KNOWN}
ORDER BY p.created_at DESC, p.id LIMIT 500
"""  # noqa: S608 (our own text)
# What is there already may stay, whoever chose it.
_MAY_STAND: Final = f"""
SELECT count(*) FROM shop_product p WHERE p.id = ANY($3) AND ({_KNOWN} OR EXISTS (
    SELECT 1 FROM shop_related r WHERE r.product_id = $1 AND r.other_id = p.id))
"""  # noqa: S608 (our own text)


class RelatedInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``upgrade``: the better one of the same kind."""

    id: uuid.UUID
    kind: RelatedKind = "related"


class RelatedLine(msgspec.Struct, frozen=True, kw_only=True):
    """``name`` and ``slug`` are "" for what another shop has not published, where the reader does not work."""

    id: uuid.UUID
    name: str
    slug: str
    state: ProductState
    kind: RelatedKind


class _Row(RelatedLine, frozen=True, kw_only=True):
    is_known: bool


async def lines(ctx: TenantCtx, tx: Tx, product_id: uuid.UUID) -> list[RelatedLine]:
    rows = await tx.all(_Row, _LIST, product_id, await scope.shops_of(ctx, tx))
    return [_line(row) for row in rows]


def _line(row: _Row) -> RelatedLine:
    name, slug = (row.name, row.slug) if row.is_known else ("", "")
    return RelatedLine(id=row.id, name=name, slug=slug, state=row.state, kind=row.kind)


async def choices(ctx: TenantCtx, tx: Tx, product_id: uuid.UUID) -> list[Choice]:
    """Products that may be chosen, at most 500, the newest first."""
    return await tx.all(Choice, _CHOICES, product_id, await scope.shops_of(ctx, tx))


async def put(ctx: TenantCtx, tx: Tx, product_id: uuid.UUID, wanted: Sequence[RelatedInput]) -> None:
    """All of them, in this order. Raises NotFound, Invalid."""
    await scope.check_product(ctx, tx, product_id)
    if await tx.value("SELECT 1 FROM shop_product WHERE id = $1 FOR UPDATE", product_id) is None:
        raise NotFound
    ids = [one.id for one in wanted]
    if len(wanted) > MAX:
        raise _fault(N_("At most %(n)s products can be shown beside one."), n=MAX)
    if product_id in ids or len(set(ids)) != len(ids):
        raise _fault(N_("Each product once, and not the product itself."))
    if await tx.value(_MAY_STAND, product_id, await scope.shops_of(ctx, tx), ids) != len(ids):
        raise _fault(N_("There is no such product."))
    await tx.execute("DELETE FROM shop_related WHERE product_id = $1", product_id)
    rows: list[tuple[object, ...]] = [(product_id, one.id, one.kind, at) for at, one in enumerate(wanted)]
    if rows:
        await tx.execute_many(
            "INSERT INTO shop_related (product_id, other_id, kind, position) VALUES ($1, $2, $3, $4)", rows
        )
    await ctx.audit(tx, "shop.related.changed", str(product_id), others=[str(id_) for id_ in ids])


async def add(ctx: TenantCtx, tx: Tx, product_id: uuid.UUID, other: str, kind: RelatedKind) -> None:
    """``other`` is a SKU, an address or a whole name; one that is there already only changes its kind.

    Raises NotFound, Invalid."""
    found = await tx.value(_FIND, other.strip(), await scope.shops_of(ctx, tx))
    if found is None:
        raise _fault(N_("No product has this name or SKU."))
    kept = [RelatedInput(one.id, one.kind) for one in await lines(ctx, tx, product_id)]
    if found in {one.id for one in kept}:
        changed = [RelatedInput(one.id, kind if one.id == found else one.kind) for one in kept]
        return await put(ctx, tx, product_id, changed)
    return await put(ctx, tx, product_id, [*kept, RelatedInput(found, kind)])


async def act_on(ctx: TenantCtx, tx: Tx, product_id: uuid.UUID, other_id: uuid.UUID, act: Act) -> None:
    """Raises NotFound."""
    kept = [RelatedInput(one.id, one.kind) for one in await lines(ctx, tx, product_id)]
    at = next((index for index, one in enumerate(kept) if one.id == other_id), None)
    if at is None:
        raise NotFound
    one = kept.pop(at)
    if act != "remove":
        kept.insert(max(0, at + (-1 if act == "up" else 1)), one)
    await put(ctx, tx, product_id, kept)


def _fault(message: str, **params: object) -> Invalid:
    return Invalid({"other": FieldError(message, domain="shop", **params)})
