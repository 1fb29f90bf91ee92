"""``nakamise.asgi:app``: what an ASGI server runs."""

from __future__ import annotations

import asyncio
import logging
import os
import traceback
from contextlib import AsyncExitStack
from typing import Final

from nakamise.app import create_app, end_streams
from nakamise.building import build_runtime, close_runtime
from nakamise.host.asking import trace_hooks
from nakamise.host.routes import Mounting
from nakamise.host.watchdog import LoopWatch
from nakamise.routing.asgi import App, Receive, Scope, Send
from nakamise.runtime import Runtime
from nakamise.serving.starting import without_collecting
from nakamise.serving.stopping import when_stopping
from nakamise.serving.vanished import give_up_on_vanished
from nakamise.settings import Settings

log: Final = logging.getLogger("nakamise")


class Installation:
    """Builds the runtime when the server starts and ends it when the server stops."""

    def __init__(self) -> None:
        self._app: App | None = None
        self._stack = AsyncExitStack()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif self._app is not None:
            await self._app(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                try:
                    with without_collecting():
                        await self._start()
                except Exception:  # noqa: BLE001 - the server prints it and exits; there is nobody else to tell
                    await send({"type": "lifespan.startup.failed", "message": traceback.format_exc()})
                    return
                await send({"type": "lifespan.startup.complete"})
            else:
                await self._stack.aclose()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _start(self) -> None:
        trace_hooks(os.environ)
        settings = Settings.from_env()
        runtime, application = await built(settings)
        self._stack.push_async_callback(close_runtime, runtime)
        self._stack.enter_context(when_stopping(lambda: end_streams(runtime)))
        limiting = asyncio.create_task(give_up_on_vanished(settings.port), name="limit-listeners")
        self._stack.callback(limiting.cancel)
        watch = LoopWatch(runtime.host)
        watch.start()
        self._stack.callback(watch.stop)
        if settings.jobs:
            runtime.jobs.concurrency = settings.jobs
            await self._stack.enter_async_context(runtime.jobs.worker(runtime))
        self._app = application


async def built(settings: Settings) -> tuple[Runtime, App]:
    """Trying each plugin's routes alone doubles the work of a start, so it is done when they do not fit together:
    then the plugin whose fault it is is refused and the others serve."""
    runtime = await build_runtime(settings, mounting=Mounting.UNTRIED)
    try:
        return runtime, create_app(runtime)
    except Exception:
        log.exception("the routes do not fit together: each plugin's are tried alone")
        await close_runtime(runtime)
    runtime = await build_runtime(settings)
    return runtime, create_app(runtime)


app = Installation()
