"""The embedded engine of this installation: one worker process, whichever process of ours came first keeps it."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import logging
import os
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from nakamise.plugin import Installation
from nakamise_livestream.archive.keeper import Recordings
from nakamise_livestream.sfu.child import WorkerChild
from nakamise_livestream.sfu.client import EmbeddedEngine
from nakamise_livestream.sfu.worker.config import WorkerConfig
from nakamise_livestream.whip.companion import MediaHost
from nakamise_livestream.whip.following import Following

log: Final = logging.getLogger("nakamise.livestream")
_AGAIN_S: Final = 0.5
_START_S: Final = 4.0
# Of sun_path, unix(7), with its end.
_PATH_MAX: Final = 104
_UDP_PORT: Final = "NAKAMISE_MEDIA_UDP_PORT"
_ADDRESSES: Final = "NAKAMISE_MEDIA_ADDRESSES"


@contextlib.asynccontextmanager
async def open_media(installation: Installation) -> AsyncIterator[MediaHost]:
    config = worker_config(installation)
    engine = EmbeddedEngine(config.control, config.token)
    host = MediaHost(engine)
    engine.start()
    keeping = asyncio.create_task(_keep(installation, host, config), name="media-keeper")
    try:
        await _first_start(engine)
        yield host
    finally:
        keeping.cancel()
        await asyncio.wait([keeping])
        await engine.stop()


async def _first_start(engine: EmbeddedEngine) -> None:
    """Whoever asked first waits for the worker's start, as long as clients in use are patient."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_START_S):
            while not engine.connected:  # noqa: ASYNC110 - it is another process
                await asyncio.sleep(0.05)


async def _keep(installation: Installation, host: MediaHost, config: WorkerConfig) -> None:
    """Waits until nobody else keeps the worker, then keeps it until cancelled."""
    lock = await _locked(installation.data_dir / "media.lock")
    child = WorkerChild(config)
    following = Following(installation, host.engine)
    recordings = Recordings(installation, host.engine)
    try:
        following.start()
        recordings.start()
        child.start()
        host.is_keeper = True
        await asyncio.Event().wait()
    finally:
        host.is_keeper = False
        await recordings.stop()
        await following.stop()
        await child.stop()
        os.close(lock)


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


def worker_config(installation: Installation) -> WorkerConfig:
    """The same in all processes of the installation, without a word between them."""
    token = installation.secret("livestream/engine").hex()
    addresses = tuple(filter(None, os.environ.get(_ADDRESSES, "").split(",")))
    port = int(os.environ.get(_UDP_PORT) or 0)
    return WorkerConfig(
        control=f"unix:{_socket_path(installation.data_dir)}", token=token, udp_port=port, addresses=addresses
    )


def _socket_path(data_dir: Path) -> Path:
    path = data_dir.absolute() / "media.sock"
    if len(os.fsencode(path)) < _PATH_MAX:
        return path
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"media-{os.getuid()}-{digest}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid() or folder.is_symlink():
        raise PermissionError(f"{folder} belongs to somebody else")
    return folder / "media.sock"
