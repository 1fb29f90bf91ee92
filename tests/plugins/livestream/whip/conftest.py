"""The engine of the test's installation, started before anybody waits for it."""

from __future__ import annotations

import pytest

from nakamise.runtime import Runtime
from nakamise_livestream.whip.companion import MediaHost
from tests.plugins.livestream.whip.waiting import until


async def engine_of(runtime: Runtime) -> MediaHost:
    """As soon as its worker answers."""
    host = await runtime.companions.get(runtime, MediaHost)

    async def is_up() -> bool:
        return bool(getattr(host.engine, "connected", False))

    await until(is_up, within=30.0)
    return host


@pytest.fixture(autouse=True)
async def media(runtime: Runtime) -> MediaHost:
    return await engine_of(runtime)
