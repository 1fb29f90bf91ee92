"""One demo and one browser for all tests here. NAKAMISE_E2E_PORT: use a `make run` that is already up."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser, async_playwright, expect

from nakamise.runtime import Runtime
from nakamise.testing.live import LiveServer
from tests.e2e.demo import Demo, seed

PATIENCE_MS = 20_000


@pytest.fixture(scope="session")
async def seeded(
    runtime: Runtime, live_server: LiveServer, tmp_path_factory: pytest.TempPathFactory
) -> LiveServer:
    await seed(runtime, tmp_path_factory.mktemp("tenants"))
    return live_server


@pytest.fixture(scope="session")
def demo(request: pytest.FixtureRequest) -> Demo:
    if port := os.environ.get("NAKAMISE_E2E_PORT"):
        return Demo(int(port))
    server: LiveServer = request.getfixturevalue("seeded")
    return Demo(server.settings.port)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    path = os.environ.get("NAKAMISE_CHROMIUM") or shutil.which("chromium")
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        await started.close()


@pytest.fixture(scope="session", autouse=True)
def _patience() -> Iterator[None]:
    """Pages are quick; a machine that runs other tests at the same time is not."""
    expect.set_options(timeout=PATIENCE_MS)
    yield
    expect.set_options(timeout=5_000)
