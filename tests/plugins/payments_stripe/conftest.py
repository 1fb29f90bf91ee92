"""One strict Stripe, an installation that may call it, and one counter for all tests of a module."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import msgspec
import pytest

from nakamise.app import create_app
from nakamise.building import build_runtime, close_runtime
from nakamise.routing.asgi import App
from nakamise.runtime import Runtime
from nakamise.settings import Settings
from nakamise.testing.clock import SteeredClock
from nakamise.testing.fakes import FakingHost
from nakamise.testing.server import free_port
from tests.plugins.payments_stripe.counter import Counter, open_counter, open_shop
from tests.plugins.payments_stripe.stripe_server import StripeServer, running
from tests.plugins.shop.stall import Stall


@pytest.fixture(scope="session")
def stripe_server() -> Iterator[StripeServer]:
    with running(free_port()) as server:
        yield server


@pytest.fixture(scope="session")
def shops_stripe() -> Iterator[StripeServer]:
    """Of ``stall``, so that nobody else's payments are in its account."""
    with running(free_port()) as server:
        yield server


@pytest.fixture(scope="session")
def day_stripe() -> Iterator[StripeServer]:
    """Of one working day, whose account is looked at to the yen."""
    with running(free_port()) as server:
        yield server


@pytest.fixture(scope="session")
async def stripe_runtime(
    settings: Settings,
    host: FakingHost,
    steered_clock: SteeredClock,
    stripe_server: StripeServer,
    shops_stripe: StripeServer,
    day_stripe: StripeServer,
) -> AsyncIterator[tuple[Runtime, App]]:
    servers = (stripe_server, shops_stripe, day_stripe)
    places = tuple(one.origin.removeprefix("http://") for one in servers)
    own = msgspec.structs.replace(settings, egress_allow=places)
    runtime = await build_runtime(own, host=host, clock=steered_clock)
    yield runtime, create_app(runtime)
    await close_runtime(runtime)


@pytest.fixture(scope="session")
async def _counter(
    stripe_runtime: tuple[Runtime, App], stripe_server: StripeServer
) -> AsyncIterator[Counter]:
    runtime, app = stripe_runtime
    counter = await open_counter(runtime, app, stripe_server)
    yield counter
    await counter.close()


@pytest.fixture
async def counter(_counter: Counter) -> AsyncIterator[Counter]:
    """What must hold after every test is asked for after every test."""
    _counter.stripe.faults.clear()
    await _counter.news()
    yield _counter
    assert await _counter.broken() == {}


@pytest.fixture(scope="session")
async def stall(stripe_runtime: tuple[Runtime, App], shops_stripe: StripeServer) -> Stall:
    """A shop whose money Stripe takes; each test has goods and buyers of its own."""
    return await open_shop(stripe_runtime[0], shops_stripe)
