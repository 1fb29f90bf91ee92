"""Boxes that plugins put on pages of others. A box that fails is missing; the page is not."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Final

import msgspec
from markupsafe import Markup

from nakamise.db import Tx
from nakamise.host.attribution import attributed_to
from nakamise.plugin.context import TenantCtx
from nakamise.plugin.manifest import SlotItem
from nakamise.plugin.slots import Slot
from nakamise.ui.views import Shell

log: Final = logging.getLogger("nakamise.plugins")
BOXES_MAX: Final = 20


async def slot_boxes(
    ctx: TenantCtx, tx: Tx, slot: Slot, subject: msgspec.Struct | None, frame: Shell
) -> list[Markup]:
    """The boxes of the plugins that are on, by weight. ``subject`` is what the slot documents."""
    items = ctx.runtime.host.slot_items(ctx.tenant.plugins, slot)[:BOXES_MAX]
    if not items:
        return []
    data = await box_data(ctx, tx, slot, subject, frozenset(owner for owner, _ in items))
    drawn = [_draw(ctx, owner, item, subject, data[owner], frame) for owner, item in items if owner in data]
    return [box for box in drawn if box]


def boxes_from_memory(
    ctx: TenantCtx, slot: Slot, subject: msgspec.Struct | None, frame: Shell
) -> list[Markup]:
    """The same for pages that may not ask anybody: templates get the subject and no data."""
    items = ctx.runtime.host.slot_items(ctx.tenant.plugins, slot)[:BOXES_MAX]
    drawn = [_draw(ctx, owner, item, subject, {}, frame) for owner, item in items]
    return [box for box in drawn if box]


async def box_data(
    ctx: TenantCtx, tx: Tx, slot: Slot, subject: msgspec.Struct | None, owners: frozenset[str]
) -> Mapping[str, Mapping[str, object]]:
    """What each plugin's templates need; a plugin without the hook is drawn without data."""
    hook = "slot_context"
    asked = owners & ctx.lineup.implementers(hook)
    answers: dict[str, Mapping[str, object]] = {owner: {} for owner in owners - asked}
    if asked:
        outcome = await ctx.lineup.call(hook, only=asked, ctx=ctx, tx=tx, slot=slot, subject=subject)
        answers |= outcome.by_plugin()
    return answers


def _draw(
    ctx: TenantCtx,
    owner: str,
    item: SlotItem,
    subject: msgspec.Struct | None,
    data: Mapping[str, object],
    frame: Shell,
) -> Markup | None:
    with attributed_to(owner):
        try:
            html = ctx.runtime.renderer.render(item.template, frame, {**data, "ctx": ctx, "subject": subject})
        except Exception:
            log.exception("box %s failed, plugin=%s", item.template, owner, extra={"plugin": owner})
            return None
    # The template escaped what it showed.
    return Markup(html)  # noqa: S704
