"""One town for all tests here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from nakamise.testing.server import throwaway_postgres
from tests.isolation.table import Route, routes_of
from tests.quiet import quiet_http
from tests.whitelabel.town import Town, opened


@pytest.fixture(scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """A database of its own: there is one operator to an installation, and other tests have theirs."""
    with throwaway_postgres() as postgres:
        async with opened(postgres, tmp_path_factory.mktemp("town")) as made:
            yield made


@pytest.fixture(scope="session")
def town_routes(town: Town) -> list[Route]:
    return routes_of(town.app)


@pytest.fixture(autouse=True)
def _no_list_of_thousands_of_requests() -> Iterator[None]:
    with quiet_http():
        yield
