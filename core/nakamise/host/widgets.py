"""The dashboard's cards: each plugin is asked by itself, under a deadline, and fails by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

from nakamise.contracts.ui import Figure, Period, SetupStep, Todo
from nakamise.db import Tx
from nakamise.host import references
from nakamise.host.asking import ask_all
from nakamise.host.breaker import Breaker
from nakamise.host.health import StepRecord
from nakamise.host.hook_steps import Step
from nakamise.plugin.hooks import OnError, Policy
from nakamise.plugin.manifest import Manifest, Widget
from nakamise.ui.i18n import gettext_for

if TYPE_CHECKING:
    from nakamise.plugin.context import TenantCtx

POLICY: Final = Policy(OnError.SKIP, 1.0)
ITEMS_MAX: Final = 20


class LoadedWidget(msgspec.Struct, frozen=True):
    widget: Widget
    step: Step


class FigureView(msgspec.Struct, frozen=True, kw_only=True):
    """A ``Figure`` in the reader's language."""

    label: str
    value: int
    unit: str
    previous: int | None
    series: Sequence[int]
    href: str
    icon: str


class TodoView(msgspec.Struct, frozen=True, kw_only=True):
    """A ``Todo`` in the reader's language; ``count`` is at least 1."""

    label: str
    count: int
    href: str
    level: str


class StepView(msgspec.Struct, frozen=True, kw_only=True):
    """A ``SetupStep`` in the reader's language."""

    label: str
    is_done: bool
    href: str


class WidgetView(msgspec.Struct, frozen=True, kw_only=True):
    """One card. ``failed``: its plugin could not answer, and the card says so."""

    id: str
    plugin_id: str
    label: str
    icon: str
    figures: Sequence[FigureView]
    todos: Sequence[TodoView]
    steps: Sequence[StepView]
    failed: bool


def load(manifest: Manifest) -> tuple[LoadedWidget, ...]:
    """Raises PluginRefused."""
    return tuple(
        LoadedWidget(widget, _step(manifest.id, widget, references.load_callable(widget.handler)))
        for widget in manifest.widgets
    )


def _step(plugin_id: str, widget: Widget, handler: Any) -> Step:
    return Step(
        plugin_id=plugin_id,
        hook=f"widget {widget.id}",
        function=handler,
        arguments=("ctx", "tx", "period"),
        is_async=True,
        fits=_fits,
        breaker=Breaker(),
        record=StepRecord(),
    )


def _fits(value: object) -> bool:
    return (
        isinstance(value, (list, tuple))
        and len(value) <= ITEMS_MAX
        and all(isinstance(item, (Figure, Todo, SetupStep)) for item in value)
    )


async def widget_views(ctx: TenantCtx, period: Period) -> list[WidgetView]:
    """The cards that this actor may see, by weight; their figures are about ``period``. Each is asked in turn, in one read-only transaction."""
    seen = [
        loaded
        for loaded in ctx.runtime.host.widgets(ctx.tenant.plugins)
        if loaded.widget.permission is None or ctx.actor.can(loaded.widget.permission)
    ]
    if not seen:
        return []
    async with ctx.read() as tx:
        return [
            await _view(ctx, tx, loaded, period) for loaded in sorted(seen, key=lambda one: one.widget.weight)
        ]


async def _view(ctx: TenantCtx, tx: Tx, loaded: LoadedWidget, period: Period) -> WidgetView:
    widget, plugin_id = loaded.widget, loaded.step.plugin_id
    outcome = await ask_all((loaded.step,), {"ctx": ctx, "tx": tx, "period": period}, POLICY)
    items: Sequence[Figure | Todo | SetupStep] = outcome.by_plugin().get(plugin_id, ())
    return WidgetView(
        id=widget.id,
        plugin_id=plugin_id,
        label=gettext_for(ctx.locale, plugin_id)(widget.label),
        icon=widget.icon,
        figures=[_figure(ctx, plugin_id, item) for item in items if isinstance(item, Figure)],
        todos=[_todo(ctx, plugin_id, item) for item in items if isinstance(item, Todo) and item.count > 0],
        steps=[_setup(ctx, plugin_id, item) for item in items if isinstance(item, SetupStep)],
        failed=bool(outcome.failed),
    )


def _figure(ctx: TenantCtx, plugin_id: str, item: Figure) -> FigureView:
    return FigureView(
        label=_label(ctx, plugin_id, item.label, item.params),
        value=item.value,
        unit=item.unit,
        previous=item.previous,
        series=item.series,
        href=item.href,
        icon=item.icon,
    )


def _todo(ctx: TenantCtx, plugin_id: str, item: Todo) -> TodoView:
    return TodoView(
        label=_label(ctx, plugin_id, item.label, item.params),
        count=item.count,
        href=item.href,
        level=item.level,
    )


def _setup(ctx: TenantCtx, plugin_id: str, item: SetupStep) -> StepView:
    label = _label(ctx, plugin_id, item.label, item.params)
    return StepView(label=label, is_done=item.is_done, href=item.href)


def _label(ctx: TenantCtx, plugin_id: str, label: str, params: Mapping[str, Any]) -> str:
    return gettext_for(ctx.locale, plugin_id)(label, **params)
