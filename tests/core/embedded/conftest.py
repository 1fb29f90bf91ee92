from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nakamise.embedded import EmbeddedPostgres

MakeServer = Callable[[], EmbeddedPostgres]


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A folder that does not exist yet, inside one that only we may enter."""
    return tmp_path / "data" / "postgres"


@pytest.fixture
def make_server(data_dir: Path) -> Iterator[MakeServer]:
    """Servers on `data_dir`; all are stopped and their data deleted afterwards."""
    made: list[EmbeddedPostgres] = []

    def make() -> EmbeddedPostgres:
        made.append(EmbeddedPostgres(data_dir, fsync=False))
        return made[-1]

    yield make
    for server in made:
        server.stop()
    for server in made:
        server.remove()
