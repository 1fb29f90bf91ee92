"""What went wrong in plugins lately, in this process: for the administrator's page, by tenant."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import uuid
from collections import deque
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from nakamise.host.breaker import BreakerState
    from nakamise.host.hook_steps import Step
    from nakamise.plugin.context import TenantCtx

log: Final = logging.getLogger("nakamise.plugins")
KEPT: Final = 20
TEXT_MAX: Final = 300


class Incident(msgspec.Struct, frozen=True):
    """One failure; ``text`` names the error for the plugin's author. ``tenant_id`` None: it hit everybody."""

    tenant_id: uuid.UUID | None
    at: datetime
    text: str


class StepHealth(msgspec.Struct, frozen=True, kw_only=True):
    """One hook (or widget) of one plugin that had trouble. ``incidents``: of one tenant, latest first.

    ``hook`` "": code outside hooks held the event loop.
    ``state`` is None for a hook whose failure stops the flow: it has no breaker.
    """

    plugin_id: str
    hook: str
    state: BreakerState | None
    incidents: Sequence[Incident]


class StepRecord:
    """The last failures of one step, of all tenants."""

    __slots__ = ("_incidents",)

    def __init__(self) -> None:
        self._incidents: deque[Incident] = deque(maxlen=KEPT)

    def note(self, ctx: TenantCtx | None, error: Exception) -> None:
        """``ctx`` None: the step was asked outside any tenant."""
        text = f"{type(error).__name__}: {error}"[:TEXT_MAX]
        self._incidents.append(Incident(ctx.tenant.id if ctx else None, datetime.now(UTC), text))

    def of_tenant(self, tenant_id: uuid.UUID) -> list[Incident]:
        """Latest first."""
        return [one for one in reversed(self._incidents) if one.tenant_id in (None, tenant_id)]


def troubles(steps: Iterable[Step], tenant_id: uuid.UUID) -> list[StepHealth]:
    """What an administrator of the tenant should know: a breaker that is not closed, or failures of his own."""
    found = [
        StepHealth(
            plugin_id=step.plugin_id,
            hook=step.hook,
            state=step.breaker.state if step.breaker else None,
            incidents=step.record.of_tenant(tenant_id),
        )
        for step in steps
    ]
    return [health for health in found if health.incidents or health.state not in (None, "closed")]


_telling: Final[set[asyncio.Task[None]]] = set()


def tell(ctx: TenantCtx | None, plugin_id: str, hook: str, error: Exception) -> None:
    """Write to the tenant's audit log that the plugin is left out for a while, in a transaction of its own."""
    if ctx is None:
        return
    # A context of its own: the writer is the core's, not the plugin's.
    task = asyncio.get_running_loop().create_task(
        _write(ctx, plugin_id, hook, f"{type(error).__name__}: {error}"[:TEXT_MAX]),
        context=contextvars.Context(),
    )
    _telling.add(task)
    task.add_done_callback(_telling.discard)


async def _write(ctx: TenantCtx, plugin_id: str, hook: str, why: str) -> None:
    system = ctx.as_system()
    try:
        async with system.begin() as tx:
            await system.audit(tx, "plugin.left_out", plugin_id, hook=hook, error=why)
    # The page that caused it is long gone; an audit line that cannot be written is not worth a crash.
    except Exception:
        log.exception("could not write that %s is left out, plugin=%s", hook, plugin_id)
