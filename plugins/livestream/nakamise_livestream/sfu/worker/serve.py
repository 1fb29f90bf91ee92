"""A worker from its start to its end."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
from collections.abc import Awaitable

from nakamise_livestream.sfu.wire.dtls import missing_names
from nakamise_livestream.sfu.worker.config import WorkerConfig
from nakamise_livestream.sfu.worker.control import ControlServer
from nakamise_livestream.sfu.worker.registry import Registry
from nakamise_livestream.sfu.worker.upkeep import keep_up

_log = logging.getLogger(__name__)


async def serve(config: WorkerConfig, orphaned: Awaitable[None]) -> None:
    """Until SIGTERM or SIGINT, until ``orphaned`` is done, or until nobody has used it for ``config.linger``.

    Raises :class:`RuntimeError` with an aiortc that lacks what we use, and :class:`OSError` without its ports.
    """
    told: Awaitable[object] = _told_to_stop()
    missing = missing_names()
    if missing:
        raise RuntimeError(f"this aiortc does not fit: it has no {', '.join(missing)}")
    control = ControlServer(config.token)
    registry = Registry(config, control.emit)
    control.registry = registry
    await control.listen(config.control)
    # Whatever is there now stays: a collection that walks through it holds every viewer's packets up for 20 ms.
    gc.collect()
    gc.freeze()
    clock = asyncio.create_task(keep_up(registry, control.emit))
    _log.info("media on UDP port %s of %s", registry.port.number, ", ".join(registry.site.addresses))
    endings: list[Awaitable[object]] = [told, orphaned, clock]
    if config.linger is not None:
        endings.append(control.company.deserted(config.linger, lambda: bool(registry.sessions)))
    await _first(*endings)
    clock.cancel()
    await registry.close()
    control.close()


def _told_to_stop() -> asyncio.Task[bool]:
    """The signals are caught from now on."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return asyncio.create_task(stop.wait())


async def _first(*awaitables: Awaitable[object]) -> None:
    """Raises what the first to end raises."""
    tasks = [asyncio.ensure_future(awaitable) for awaitable in awaitables]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    for task in done:
        task.result()
