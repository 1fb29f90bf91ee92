"""One demo and one browser for all tests here. NAKAMISE_E2E_PORT: use a `make run` that is already up."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import expect

from nakamise.host.registry import PluginHost
from nakamise.testing.live import LiveServer
from nakamise.testing.server import throwaway_postgres
from tests.e2e.demo import Demo, seed
from tests.faults.ground import prepared, running

PATIENCE_MS = 20_000


@pytest.fixture(scope="session")
async def seeded(host: PluginHost, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LiveServer]:
    """A database of its own: there is one operator to an installation, and other tests have theirs."""
    with throwaway_postgres() as postgres:
        settings = await prepared(postgres, tmp_path_factory.mktemp("demo"))
        async with running(settings, host) as runtime:
            await seed(runtime, tmp_path_factory.mktemp("tenants"))
        server = LiveServer(settings)
        server.start()
        yield server
        server.stop()


@pytest.fixture(scope="session")
def demo(request: pytest.FixtureRequest) -> Demo:
    if port := os.environ.get("NAKAMISE_E2E_PORT"):
        return Demo(int(port))
    server: LiveServer = request.getfixturevalue("seeded")
    return Demo(server.settings.port)


@pytest.fixture(scope="session", autouse=True)
def _patience() -> Iterator[None]:
    """Pages are quick; a machine that runs other tests at the same time is not."""
    expect.set_options(timeout=PATIENCE_MS)
    yield
    expect.set_options(timeout=5_000)
