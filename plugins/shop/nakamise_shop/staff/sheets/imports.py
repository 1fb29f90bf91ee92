"""Files of products: uploaded, shown as a preview, applied once."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, NotFound
from nakamise.ids import uuid7
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop import scope
from nakamise_shop.metering import PRODUCTS
from nakamise_shop.staff.categories import service as categories
from nakamise_shop.staff.products.not_open import not_open
from nakamise_shop.staff.products.repository import shop_choices
from nakamise_shop.staff.sheets import apply as import_apply
from nakamise_shop.staff.sheets import read as import_read
from nakamise_shop.staff.sheets import rows as sheet_rows
from nakamise_shop.staff.sheets.apply import Told
from nakamise_shop.staff.sheets.plan import Places, Plan, plan, spellings

KEEP: Final = "7 days"


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """``changed``: how many products were, once it is applied."""

    id: uuid.UUID
    name: str
    content: bytes
    created_at: datetime
    applied_at: datetime | None
    changed: int


class _Shut(msgspec.Struct, frozen=True):
    slug: str
    state: str


async def add(ctx: TenantCtx, name: str, data: bytes) -> uuid.UUID:
    """Kept for some days. Raises Invalid (field ``file``) for what is no such file."""
    import_read.check(data)
    id_ = uuid7()
    async with ctx.begin() as tx:
        await tx.execute(
            "INSERT INTO shop_import (id, actor_id, name, content) VALUES ($1, $2, $3, $4)",
            *(id_, ctx.require_user(), name[:120], data),
        )
    return id_


async def find(ctx: TenantCtx, tx: Tx, import_id: uuid.UUID) -> Upload:
    """Staff of some shops see only their own files. Raises NotFound."""
    only_own = await scope.shops_of(ctx, tx) is not None
    found = await tx.first(
        Upload,
        "SELECT id, name, content, created_at, applied_at, changed FROM shop_import"
        " WHERE id = $1 AND ($2::uuid IS NULL OR actor_id = $2)",
        *(import_id, ctx.actor.user_id if only_own else None),
    )
    if found is None:
        raise NotFound
    return found


async def preview(ctx: TenantCtx, tx: Tx, found: Upload) -> Plan:
    """What it would change now; writes nothing."""
    sheet = import_read.read(found.content)
    codes = sorted({line.cells.code for line in sheet.lines if line.cells and line.cells.code})
    stored = await sheet_rows.stored_of(tx, codes, sorted({line.sku for line in sheet.lines}))
    return plan(sheet, stored, await _places(ctx, tx))


async def _places(ctx: TenantCtx, tx: Tx) -> Places:
    usage = await ctx.usage(tx, PRODUCTS)
    is_limited = usage.is_hard and usage.most is not None
    tree = await categories.tree(tx)
    closed = await tx.all(_Shut, "SELECT slug, state FROM shop_shop WHERE state <> 'open'")
    return Places(
        shops=[one.slug for one in await shop_choices(tx, await scope.shops_of(ctx, tx))],
        categories=spellings(await sheet_rows.category_paths(tx), {one.id: one.slug for one in tree}),
        shut={one.slug: FieldError(not_open(one.state).message, domain="shop") for one in closed},
        zone=ctx.tenant.zone,
        may_publish=max(0, (usage.most or 0) - usage.used) if is_limited else None,
    )


def check_open(found: Upload) -> None:
    """Raises Conflict (``already_applied``)."""
    if found.applied_at is not None:
        raise Conflict(N_("This file is applied already."), code="already_applied", domain="shop")


async def apply(ctx: TenantCtx, import_id: uuid.UUID, mark: str, told: Told | None = None) -> int:
    """How many products are new or changed. ``mark`` is the preview's: another state of things is shown first.
    ``told`` hears now and then how many of the rows are written.

    Raises NotFound, Conflict (``already_applied``, ``plan_changed``, ``has_errors``), LimitReached; then nothing is
    written.
    """
    async with ctx.begin() as tx:
        # Held to the end: a second click waits, and finds it applied.
        await tx.execute("SELECT 1 FROM shop_import WHERE id = $1 FOR UPDATE", import_id)
        found = await find(ctx, tx, import_id)
        check_open(found)
        planned = await preview(ctx, tx, found)
        if planned.mark != mark:
            raise import_apply.changed_meanwhile()
        if not planned.can_be_applied:
            message = N_("The file has errors, or changes nothing.")
            raise Conflict(message, code="has_errors", domain="shop")
        shops = {one.slug: one.id for one in await shop_choices(tx, await scope.shops_of(ctx, tx))}
        changed = await import_apply.apply(ctx, tx, planned, shops, told)
        await tx.execute(
            "UPDATE shop_import SET applied_at = now(), changed = $2 WHERE id = $1", import_id, changed
        )
        # Large files have a run, which ends with the rows.
        await tx.execute(
            "UPDATE shop_import_run SET state = 'done', done = total WHERE import_id = $1", import_id
        )
        await ctx.audit(tx, "shop.import.applied", str(import_id), file=found.name, products=changed)
    return changed


async def forget_old(ctx: TenantCtx) -> None:
    """Every day."""
    async with ctx.begin() as tx:
        await tx.execute(f"DELETE FROM shop_import WHERE created_at < now() - interval '{KEEP}'")  # noqa: S608
