"""The media engine beside the requests of a process, and who of all processes looks after it."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Final

from nakamise.plugin import Installation
from nakamise_livestream.archive.keeper import Recordings
from nakamise_livestream.sfu.client import EmbeddedEngine
from nakamise_livestream.sfu.keeper import WorkerKeeper
from nakamise_livestream.sfu.pool import EnginePool
from nakamise_livestream.whip import engines
from nakamise_livestream.whip.companion import MediaHost
from nakamise_livestream.whip.external import ExternalEngine
from nakamise_livestream.whip.following import Following

_AGAIN_S: Final = 0.1
_START_S: Final = 4.0


@contextlib.asynccontextmanager
async def open_media(installation: Installation) -> AsyncIterator[MediaHost]:
    media = installation.media
    if media.whep_url:
        external = ExternalEngine(media)
        yield MediaHost(external, is_external=True, viewers_at=media.whep_url if media.redirect else None)
        await external.stop()
        return
    if media.workers:
        engine: EnginePool | EmbeddedEngine = engines.pool(installation)
        host = MediaHost(engine)
        work = installation.alone("livestream/media", lambda: _look_after(installation, host, _never()))
    else:
        engine, host, work = _embedded(installation)
    async with _running(engine, work):
        yield host


def _embedded(installation: Installation) -> tuple[EmbeddedEngine, MediaHost, Coroutine[None, None, None]]:
    config = engines.local_worker(installation)
    engine = EmbeddedEngine(config.control, config.token)
    host = MediaHost(engine)
    keeper = WorkerKeeper(config, engine)
    return engine, host, _keep(installation, host, keeper)


@contextlib.asynccontextmanager
async def _running(
    engine: EnginePool | EmbeddedEngine, work: Coroutine[None, None, None]
) -> AsyncIterator[None]:
    engine.start()
    working = asyncio.create_task(work, name="media")
    try:
        await _first_start(engine)
        yield
    finally:
        working.cancel()
        await asyncio.wait([working])
        await engine.stop()


async def _first_start(engine: EnginePool | EmbeddedEngine) -> None:
    """Whoever asked first waits for the worker's start, as long as clients in use are patient."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_START_S):
            while not engine.connected:  # noqa: ASYNC110 - it is another process
                await asyncio.sleep(0.05)


async def _keep(installation: Installation, host: MediaHost, keeper: WorkerKeeper) -> None:
    """Waits until nobody else of this machine keeps the worker, then keeps it until cancelled."""
    lock = await _locked(installation.data_dir / "media.lock")
    try:
        await _look_after(installation, host, keeper.keep())
    finally:
        os.close(lock)


async def _look_after(installation: Installation, host: MediaHost, work: Coroutine[None, None, None]) -> None:
    """Until cancelled, or ``work`` fails."""
    following = Following(installation, host.engine)
    recordings = Recordings(installation, host.engine)
    try:
        following.start()
        recordings.start()
        host.is_keeper = True
        await work
    finally:
        host.is_keeper = False
        await recordings.stop()
        await following.stop()


async def _never() -> None:
    await asyncio.Event().wait()


async def _locked(path: Path) -> int:
    """The open file; the lock goes with it, also when this process is killed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        while True:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return file
            await asyncio.sleep(_AGAIN_S)
    except asyncio.CancelledError:
        os.close(file)
        raise
