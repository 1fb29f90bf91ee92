"""A media worker that no web process keeps."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from nakamise_livestream.sfu.child import WorkerChild
from nakamise_livestream.sfu.client import EmbeddedEngine
from nakamise_livestream.sfu.worker.config import WorkerConfig
from tests.plugins.livestream.sfu.conftest import there, worker, worker_config

__all__ = ["worker", "worker_config"]


@pytest.fixture(scope="module")
async def engine(worker: WorkerChild, worker_config: WorkerConfig) -> AsyncIterator[EmbeddedEngine]:
    engine = EmbeddedEngine(worker_config.control, worker_config.token)
    engine.start()
    await there(engine)
    assert worker.process
    yield engine
    await engine.stop()
