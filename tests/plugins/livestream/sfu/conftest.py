"""A real worker process, and its engine."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from nakamise_livestream.media import EngineAway
from nakamise_livestream.sfu.child import WorkerChild
from nakamise_livestream.sfu.client import EmbeddedEngine
from nakamise_livestream.sfu.worker.config import WorkerConfig

START_S = 30.0


async def there(engine: EmbeddedEngine) -> None:
    """The worker has been started; on a busy machine this takes seconds."""
    async with asyncio.timeout(START_S):
        while True:
            try:
                await engine.stats("nothing")
            except EngineAway:
                continue
            return


@pytest.fixture(scope="session")
def worker_config(tmp_path_factory: pytest.TempPathFactory) -> WorkerConfig:
    place: Path = tmp_path_factory.mktemp("sfu") / "control"
    return WorkerConfig(control=f"unix:{place}", token=secrets.token_hex(16))


@pytest.fixture(scope="session")
async def worker(worker_config: WorkerConfig) -> AsyncIterator[WorkerChild]:
    child = WorkerChild(worker_config)
    child.start()
    yield child
    await child.stop()


@pytest.fixture
async def engine(worker: WorkerChild, worker_config: WorkerConfig) -> AsyncIterator[EmbeddedEngine]:
    engine = EmbeddedEngine(worker_config.control, worker_config.token)
    engine.start()
    await there(engine)
    yield engine
    await engine.stop()


@pytest.fixture
def stream() -> str:
    return secrets.token_hex(8)
