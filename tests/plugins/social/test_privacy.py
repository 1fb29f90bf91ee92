"""A person gets a copy, and is forgotten: as a follower and as a broadcaster."""

from __future__ import annotations

import pytest

from nakamise.testing.people import Person
from nakamise_social import privacy
from tests.plugins.livestream.stage import Stage, ok
from tests.plugins.social.acts import follow, titles, want_mails


async def test_copy_and_forgetting(stage: Stage, presenter: Person, viewer: Person) -> None:
    await ok(await follow(viewer, presenter))
    await want_mails(viewer)
    async with stage.ctx.begin() as tx:
        copy = await privacy.export(stage.ctx, tx, viewer.id)
        assert copy is not None
        assert (len(copy.follows), copy.consent is not None) == (1, True)
        assert await privacy.erase(stage.ctx, tx, viewer.id) == 3
        assert await privacy.export(stage.ctx, tx, viewer.id) is None
    assert await titles(presenter) == [], "the name of who followed goes too"


@pytest.mark.parametrize("state", ["approved", "suspended"])
async def test_a_broadcaster_is_forgotten(
    stage: Stage, presenter: Person, viewer: Person, state: str
) -> None:
    await ok(await follow(viewer, presenter))
    async with stage.ctx.begin() as tx:
        await tx.execute("UPDATE livestream_broadcaster SET state = $1", state)
        assert await privacy.erase(stage.ctx, tx, presenter.id) == 2
    assert await stage.value("SELECT count(*) FROM social_follow") == 0
