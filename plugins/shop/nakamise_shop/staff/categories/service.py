"""Categories as a tree: kept by staff, never with a cycle, never deleted while in use."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Sequence
from typing import Annotated, Final, Literal

import asyncpg
import msgspec
from msgspec import Meta

from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, Invalid, NotFound
from nakamise.ids import uuid7
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop import scope
from nakamise_shop.staff.products import search_index

DEPTH_MAX: Final = 4
CATEGORIES_MAX: Final = 500
Direction = Literal["up", "down"]

_TREE: Final = """
WITH RECURSIVE tree AS (
    SELECT id, 1 AS depth FROM shop_category WHERE parent_id IS NULL
    UNION ALL SELECT c.id, t.depth + 1 FROM shop_category c JOIN tree t ON c.parent_id = t.id)
SELECT c.id, c.slug, c.name, coalesce(c.translations #>> '{en,name}', '') AS name_en, c.parent_id, c.is_on,
       t.depth, (SELECT count(*) FROM shop_product p WHERE p.category_id = c.id)::int AS product_count,
       (SELECT count(*) FROM shop_category below WHERE below.parent_id = c.id)::int AS child_count
FROM tree t JOIN shop_category c ON c.id = t.id
"""
_INSERT: Final = """
WITH sisters AS (
    SELECT coalesce(max(position) + 1, 0) AS place FROM shop_category WHERE parent_id IS NOT DISTINCT FROM $5)
INSERT INTO shop_category (id, slug, name, translations, parent_id, is_on, position)
SELECT $1, $2, $3, $4, $5, $6, place FROM sisters
"""
# Not below itself: whoever moves a category holds all of them, so that two moves at once cannot close a ring.
_UPDATE: Final = """
WITH RECURSIVE up AS (
    SELECT id, parent_id FROM shop_category WHERE id = $5
    UNION SELECT c.id, c.parent_id FROM shop_category c JOIN up ON c.id = up.parent_id)
UPDATE shop_category c SET slug = $2, name = $3, translations = $4, parent_id = $5, is_on = $6,
    position = CASE WHEN c.parent_id IS NOT DISTINCT FROM $5 THEN c.position ELSE
        coalesce((SELECT max(o.position) + 1 FROM shop_category o WHERE o.parent_id IS NOT DISTINCT FROM $5), 0) END
WHERE c.id = $1 AND NOT EXISTS (SELECT 1 FROM up WHERE up.id = $1)
"""
_DEPTHS: Final = """
WITH RECURSIVE tree AS (
    SELECT id, 1 AS depth FROM shop_category WHERE parent_id IS NULL
    UNION ALL SELECT c.id, t.depth + 1 FROM shop_category c JOIN tree t ON c.parent_id = t.id)
SELECT max(depth) FROM tree
"""
_DELETE: Final = """
DELETE FROM shop_category c WHERE id = $1
  AND NOT EXISTS (SELECT 1 FROM shop_category b WHERE b.parent_id = c.id)
  AND NOT EXISTS (SELECT 1 FROM shop_product p WHERE p.category_id = c.id)
"""


class CategoryInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``slug`` stands in addresses; empty = made from the name. Off: it and all below it leave the shop's pages,
    and products keep it."""

    name: Annotated[str, Meta(min_length=1, max_length=40)]
    name_en: Annotated[str, Meta(max_length=40)] = ""
    slug: Annotated[str, Meta(pattern="^([a-z0-9][a-z0-9-]{0,59})?$")] = ""
    parent_id: uuid.UUID | None = None
    is_on: bool = True


class StaffCategory(msgspec.Struct, frozen=True, kw_only=True):
    """``depth`` counts from 1; ``product_count`` are those of this category itself, in every state."""

    id: uuid.UUID
    slug: str
    name: str
    name_en: str
    parent_id: uuid.UUID | None
    is_on: bool
    depth: int
    product_count: int
    child_count: int


async def tree(tx: Tx) -> list[StaffCategory]:
    """Each before those below it, in display order."""
    rows = await tx.all(StaffCategory, _TREE + " ORDER BY c.position, c.slug")
    below: dict[uuid.UUID | None, list[StaffCategory]] = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)
    return _walk(below, None)


def _walk(
    below: dict[uuid.UUID | None, list[StaffCategory]], parent: uuid.UUID | None
) -> list[StaffCategory]:
    found = []
    for row in below.get(parent, []):
        found += [row, *_walk(below, row.id)]
    return found


async def add(ctx: TenantCtx, tx: Tx, given: CategoryInput) -> uuid.UUID:
    """Last among its sisters. Raises Invalid."""
    await scope.check_all(ctx, tx)
    await _hold(tx)
    if await tx.value("SELECT count(*) FROM shop_category") >= CATEGORIES_MAX:
        raise _refused("name", N_("There are at most %(n)s categories."), n=CATEGORIES_MAX)
    id_ = uuid7()
    await _write(tx, _INSERT, id_, given)
    await ctx.audit(tx, "shop.category.added", str(id_), name=given.name)
    return id_


async def change(ctx: TenantCtx, tx: Tx, category_id: uuid.UUID, given: CategoryInput) -> None:
    """Name, place in the tree, on or off. Raises NotFound, Invalid (a place below itself among others)."""
    await scope.check_all(ctx, tx)
    await _hold(tx)
    before = await _find(tx, category_id)
    if given.slug == "":
        given = msgspec.structs.replace(given, slug=before.slug)
    await _write(tx, _UPDATE, category_id, given)
    if (before.name, before.name_en) != (given.name, given.name_en):
        await search_index.refresh_category(tx, category_id)
    await ctx.audit(tx, "shop.category.changed", str(category_id), before=before.name, name=given.name)


async def switch(ctx: TenantCtx, tx: Tx, category_id: uuid.UUID, is_on: bool) -> None:
    """Raises NotFound."""
    await scope.check_all(ctx, tx)
    await tx.must_touch_one(
        NotFound(), "UPDATE shop_category SET is_on = $2 WHERE id = $1", category_id, is_on
    )
    await ctx.audit(tx, "shop.category.on" if is_on else "shop.category.off", str(category_id))


async def move(ctx: TenantCtx, tx: Tx, category_id: uuid.UUID, direction: Direction) -> None:
    """One place among its sisters; at the end it stays. Raises NotFound."""
    await scope.check_all(ctx, tx)
    await _hold(tx)
    found = await _find(tx, category_id)
    sisters = [one.id for one in await tree(tx) if one.parent_id == found.parent_id]
    at = sisters.index(category_id)
    to = max(0, min(len(sisters) - 1, at + (-1 if direction == "up" else 1)))
    sisters.insert(to, sisters.pop(at))
    await _write_order(tx, sisters)
    await ctx.audit(tx, "shop.category.moved", str(category_id), to=to)


async def order(ctx: TenantCtx, tx: Tx, parent_id: uuid.UUID | None, ids: Sequence[uuid.UUID]) -> None:
    """All the sisters below ``parent_id`` in a new order. Raises Invalid when they are not exactly these."""
    await scope.check_all(ctx, tx)
    await _hold(tx)
    if {one.id for one in await tree(tx) if one.parent_id == parent_id} != set(ids) or len(set(ids)) != len(
        ids
    ):
        raise _refused("ids", N_("The categories changed meanwhile. Please look again."))
    await _write_order(tx, ids)
    await ctx.audit(tx, "shop.category.ordered", str(parent_id or ""))


async def remove(ctx: TenantCtx, tx: Tx, category_id: uuid.UUID) -> None:
    """Raises NotFound, and Conflict while it has sub-categories or products."""
    await scope.check_all(ctx, tx)
    found = await _find(tx, category_id)
    if found.child_count:
        message = N_("“%(name)s” has sub-categories. Move or delete them first.")
        raise _in_use(message, found)
    if found.product_count:
        message = N_("%(n)s products are in “%(name)s”. Give them another category first, or switch it off.")
        raise _in_use(message, found)
    try:
        async with tx.savepoint():
            await tx.must_touch_one(NotFound(), _DELETE, category_id)
    except asyncpg.ForeignKeyViolationError as error:
        raise _in_use(N_("“%(name)s” came into use just now."), found) from error
    await ctx.audit(tx, "shop.category.deleted", str(category_id), name=found.name)


async def _hold(tx: Tx) -> None:
    """Every category's row, in the order of their ids: the tree does not change until the end."""
    await tx.execute("SELECT id FROM shop_category ORDER BY id FOR UPDATE")


async def _find(tx: Tx, category_id: uuid.UUID) -> StaffCategory:
    found = await tx.first(StaffCategory, _TREE + " WHERE c.id = $1", category_id)
    if found is None:
        raise NotFound
    return found


async def _write(tx: Tx, statement: str, id_: uuid.UUID, given: CategoryInput) -> None:
    slug = given.slug or slug_of(given)
    translations = {"en": {"name": given.name_en}} if given.name_en else {}
    try:
        async with tx.savepoint():
            touched = await tx.execute(
                statement, id_, slug, given.name, translations, given.parent_id, given.is_on
            )
    except asyncpg.UniqueViolationError as error:
        raise _refused("slug", N_("Another category has this address.")) from error
    except asyncpg.ForeignKeyViolationError as error:
        raise _refused("parent_id", N_("Please choose a category.")) from error
    if touched != 1:
        raise _refused("parent_id", N_("A category cannot be below itself."))
    if await tx.value(_DEPTHS) > DEPTH_MAX:
        raise _refused("parent_id", N_("Categories have at most %(n)s levels."), n=DEPTH_MAX)


async def _write_order(tx: Tx, ids: Sequence[uuid.UUID]) -> None:
    await tx.execute(
        "UPDATE shop_category c SET position = o.place - 1"
        " FROM unnest($1::uuid[]) WITH ORDINALITY AS o (id, place) WHERE c.id = o.id",
        list(ids),
    )


def slug_of(given: CategoryInput) -> str:
    """From the Latin letters of the name; one without any gets a random one."""
    plain = unicodedata.normalize("NFKD", given.name_en or given.name).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:40].strip("-")
    return slug if len(slug) > 1 else f"c-{uuid.uuid4().hex[:8]}"


def _refused(field: str, message: str, **params: object) -> Invalid:
    return Invalid({field: FieldError(message, domain="shop", **params)})


def _in_use(message: str, found: StaffCategory) -> Conflict:
    params = {"name": found.name, "n": found.product_count}
    return Conflict(message, code="in_use", domain="shop", params=params)
