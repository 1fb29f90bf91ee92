"""What the watch page offers to whom."""

from __future__ import annotations

from nakamise.testing.people import Person
from tests.plugins.livestream.stage import API, Stage, ok, on_air


async def test_moderators_find_their_page_and_nobody_else_does(
    stage: Stage, presenter: Person, viewer: Person
) -> None:
    made = await on_air(presenter)
    path, theirs = f"/livestream/{made['id']}", f'href="/livestream/studio/{made["id"]}/moderate"'
    assert theirs in (await presenter.client.get(path)).text
    assert theirs not in (await viewer.client.get(path)).text
    url = f"{API}/studio/broadcasts/{made['id']}/moderators"
    await ok(await presenter.client.post(url, json={"email": viewer.email}))
    assert theirs in (await viewer.client.get(path)).text
