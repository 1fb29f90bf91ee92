"""Categories of broadcasts, a master of the tenant's."""

from __future__ import annotations

import uuid
from typing import Annotated, Final

import asyncpg
import msgspec
from msgspec import Meta

from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, Invalid, NotFound
from nakamise.ids import uuid7
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_livestream.words import DOMAIN

_FIELDS: Final = "c.id, c.slug, c.name, c.name_en, c.position, c.is_on"
_LIST: Final = f"SELECT {_FIELDS} FROM livestream_category c ORDER BY c.position, c.slug"  # noqa: S608 - our own text
_CHOICES: Final = """
SELECT c.id, c.slug, CASE WHEN $1 = 'en' AND c.name_en <> '' THEN c.name_en ELSE c.name END AS name
FROM livestream_category c WHERE c.is_on ORDER BY c.position, c.slug
"""
_INSERT: Final = """
INSERT INTO livestream_category (id, slug, name, name_en, position, is_on) VALUES ($1, $2, $3, $4, $5, $6)
"""
_UPDATE: Final = """
UPDATE livestream_category SET slug = $2, name = $3, name_en = $4, position = $5, is_on = $6 WHERE id = $1
"""
_DELETE: Final = "DELETE FROM livestream_category WHERE id = $1"


class CategoryInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``slug`` stands in addresses; off: nobody chooses it any more, and what has it keeps it."""

    slug: Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9-]{0,59}$")]
    name: Annotated[str, Meta(min_length=1, max_length=40)]
    name_en: Annotated[str, Meta(max_length=40)] = ""
    position: Annotated[int, Meta(ge=0, le=9999)] = 0
    is_on: bool = True


class Category(msgspec.Struct, frozen=True, kw_only=True):
    """As staff see it."""

    id: uuid.UUID
    slug: str
    name: str
    name_en: str
    position: int
    is_on: bool


class CategoryChoice(msgspec.Struct, frozen=True):
    """``name`` in the reader's language."""

    id: uuid.UUID
    slug: str
    name: str


async def choices(ctx: TenantCtx, tx: Tx) -> list[CategoryChoice]:
    return await tx.all(CategoryChoice, _CHOICES, ctx.locale)


async def categories(tx: Tx) -> list[Category]:
    return await tx.all(Category, _LIST)


async def add(ctx: TenantCtx, tx: Tx, given: CategoryInput) -> list[Category]:
    """Raises Invalid for a slug that is taken."""
    id_ = uuid7()
    await _write(tx, _INSERT, id_, given)
    await ctx.audit(tx, "livestream.category.added", str(id_), name=given.name)
    return await categories(tx)


async def change(ctx: TenantCtx, tx: Tx, category_id: uuid.UUID, given: CategoryInput) -> list[Category]:
    """Raises NotFound, Invalid."""
    await _write(tx, _UPDATE, category_id, given)
    await ctx.audit(tx, "livestream.category.changed", str(category_id), name=given.name)
    return await categories(tx)


async def remove(ctx: TenantCtx, tx: Tx, category_id: uuid.UUID) -> list[Category]:
    """Raises NotFound, Conflict while a broadcast has it."""
    try:
        async with tx.savepoint():
            await tx.must_touch_one(NotFound(), _DELETE, category_id)
    except asyncpg.ForeignKeyViolationError as error:
        message = N_("Broadcasts have this category. Switch it off instead.")
        raise Conflict(message, code="in_use", domain=DOMAIN) from error
    await ctx.audit(tx, "livestream.category.removed", str(category_id))
    return await categories(tx)


async def _write(tx: Tx, statement: str, id_: uuid.UUID, given: CategoryInput) -> None:
    values = (id_, given.slug, given.name, given.name_en, given.position, given.is_on)
    try:
        async with tx.savepoint():
            await tx.must_touch_one(NotFound(), statement, *values)
    except asyncpg.UniqueViolationError as error:
        taken = FieldError(N_("Another category has this address."), domain=DOMAIN)
        raise Invalid({"slug": taken}) from error
