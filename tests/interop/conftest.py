"""Real peers against a running server.

The short ones are part of every run. `make interop` adds the matrix (other people's clients, Firefox) and the long
ones, for which it installs what they need.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from nakamise.testing.live import LiveServer
from nakamise.testing.people import Person
from tests.interop.air import Air
from tests.interop.pages import Pages, serve_pages
from tests.plugins.livestream.conftest import presenter, stage
from tests.plugins.livestream.sfu.worker.test_chromium import camera_browser, chromium
from tests.plugins.livestream.stage import Stage, on_air
from tests.plugins.livestream.whip.conftest import media
from tests.plugins.livestream.whip.test_publish_and_watch import new_key

__all__ = ["camera_browser", "chromium", "media", "presenter", "stage"]

collect_ignore = [] if os.environ.get("NAKAMISE_INTEROP") else ["matrix", "long"]


@pytest.fixture(scope="session")
def pages() -> Iterator[Pages]:
    with serve_pages() as served:
        yield served


@pytest.fixture
async def air(live_server: LiveServer, stage: Stage, presenter: Person) -> Air:
    """A broadcast that has begun."""
    broadcast = await on_air(presenter)
    return Air(
        whip=live_server.url(stage.tenant, "/livestream/whip"),
        whep=live_server.url(stage.tenant, f"/livestream/{broadcast['id']}/whep"),
        key=await new_key(presenter, broadcast),
        broadcast=broadcast,
    )
