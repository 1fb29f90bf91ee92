"""The demo's shops have profiles with followers."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from nakamise_social import seed
from tests.plugins.livestream.stage import Stage
from tests.plugins.social.acts import API


class Words:
    """A blueprint without pictures."""

    def __init__(self, text: str) -> None:
        self._data = tomllib.loads(text)

    def data(self, plugin_id: str) -> dict[str, Any]:
        return self._data if plugin_id == "social" else {}

    def file(self, relative: str) -> Path:
        raise ValueError(relative)

    async def picture(self, relative: str) -> str:
        raise ValueError(relative)


async def test_filled_once(stage: Stage) -> None:
    host, fan = await stage.host(), await stage.person("常連")
    text = f'[[profiles]]\nemail = "{host.email}"\nhandle = "haruka"\nfollowers = ["{fan.email}"]'
    for _ in range(2):
        await seed.seed(stage.ctx, Words(text))
    found = (await fan.client.get(f"{API}/profiles/haruka")).json()
    assert (found["follow"]["followers"], found["follow"]["is_following"]) == (1, True)
