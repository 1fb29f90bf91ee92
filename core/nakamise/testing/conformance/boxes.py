"""One box of a plugin, drawn as a page would, with the error that a page would only log."""

from __future__ import annotations

from nakamise.plugin.manifest import SlotItem
from nakamise.plugin.slots import SUBJECTS
from nakamise.testing.conformance.bench import Bench, House
from nakamise.testing.conformance.samples import sample
from nakamise.ui.shell import build_shell


async def draw(bench: Bench, house: House, item: SlotItem) -> str | Exception | None:
    """The HTML, or why there is none; None = the plugin has nothing to show."""
    ctx, hook = bench.ctx(house.tenant), "slot_context"
    type_ = SUBJECTS[item.slot]
    subject = sample(type_, text=house.marked) if type_ is not None else None
    data: dict[str, object] = {}
    if hook in bench.plugin.steps:
        async with ctx.read() as tx:
            outcome = await ctx.lineup.call(
                hook, only=frozenset({bench.plugin_id}), ctx=ctx, tx=tx, slot=item.slot, subject=subject
            )
        if outcome.failed:
            return outcome.failed[0][1]
        if bench.plugin_id not in outcome.by_plugin():
            return None
        data = dict(outcome.by_plugin()[bench.plugin_id])
    data |= {"ctx": ctx, "subject": subject}
    try:
        return bench.runtime.renderer.render(item.template, build_shell(ctx, []), data)
    # A template may fail in any way; the caller says so.
    except Exception as error:  # noqa: BLE001
        return error
