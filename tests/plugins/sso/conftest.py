"""Two providers: one from PyPI in a process of its own, and a strict one that can lie."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator

import httpx
import msgspec
import pytest

from nakamise.app import create_app
from nakamise.building import build_runtime, close_runtime
from nakamise.settings import Settings
from nakamise.testing.clock import SteeredClock
from nakamise.testing.fakes import FakingHost
from nakamise.testing.server import free_port
from tests.plugins.sso.place import Place, Shop
from tests.plugins.sso.strict import Strict, running


@pytest.fixture(scope="session")
def ports() -> tuple[int, int, int]:
    """Of the real provider, the strict one and a third that nobody listens to."""
    return free_port(), free_port(), free_port()


@pytest.fixture(scope="session")
async def place(
    settings: Settings, host: FakingHost, steered_clock: SteeredClock, ports: tuple[int, int, int]
) -> AsyncIterator[Place]:
    allowed = tuple(f"127.0.0.1:{port}" for port in ports)
    own = msgspec.structs.replace(settings, egress_allow=allowed)
    runtime = await build_runtime(own, host=host, clock=steered_clock)
    made = Place(runtime, create_app(runtime))
    yield made
    await made.close()
    await close_runtime(runtime)


@pytest.fixture
async def shop(place: Place) -> Shop:
    return await place.shop()


@pytest.fixture(scope="session")
def _strict(ports: tuple[int, int, int]) -> Iterator[Strict]:
    with running(ports[1]) as provider:
        yield provider


@pytest.fixture
def strict(_strict: Strict) -> Strict:
    _strict.reset()
    return _strict


@pytest.fixture(scope="session")
def nobody(ports: tuple[int, int, int]) -> str:
    return f"http://127.0.0.1:{ports[2]}"


@pytest.fixture(scope="session")
def real_provider(ports: tuple[int, int, int]) -> Iterator[str]:
    """oidc-provider-mock. In a process of its own, for it warns of its own libraries."""
    origin = f"http://127.0.0.1:{ports[0]}"
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(ports[0])]
    command += ["--require-nonce", "true"]
    environment = os.environ | {"AUTHLIB_INSECURE_TRANSPORT": "1"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while True:
        try:
            httpx.get(f"{origin}/jwks").raise_for_status()
            break
        except httpx.HTTPError:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
    yield origin
    process.terminate()
    process.wait()
