"""A person gets a copy of what is known of them, and is forgotten."""

from __future__ import annotations

import pytest

from nakamise.errors import Conflict
from nakamise.testing.people import Person
from nakamise_livestream import privacy
from tests.plugins.livestream.stage import API, Stage, act, in_, ok, on_air, planned, read


async def test_a_copy_holds_profile_broadcasts_and_wishes(
    stage: Stage, presenter: Person, viewer: Person
) -> None:
    made = await planned(presenter, title="明日", scheduled_for=in_(stage.ctx, days=1))
    await ok(await viewer.client.put(f"{API}/broadcasts/{made['id']}/reminder"))
    async with stage.ctx.read() as tx:
        of_host = await privacy.export(stage.ctx, tx, presenter.id)
        of_viewer = await privacy.export(stage.ctx, tx, viewer.id)
    assert of_host is not None
    assert of_host.broadcaster is not None
    assert (of_host.broadcaster.motive, [one.title for one in of_host.broadcasts]) == (
        "化粧品が好きです。",
        ["明日"],
    )
    assert of_viewer is not None
    assert (of_viewer.broadcaster, of_viewer.reminders) == (None, ["明日"])


async def test_forgetting_waits_for_the_end_and_keeps_what_took_place(
    stage: Stage, presenter: Person, viewer: Person, admin: Person
) -> None:
    made, waiting = await on_air(presenter), await planned(presenter)
    async with stage.ctx.begin() as tx:
        with pytest.raises(Conflict):
            await privacy.erase(stage.ctx, tx, presenter.id)
    await ok(await act(presenter, made, "end"))
    async with stage.ctx.begin() as tx:
        assert await privacy.erase(stage.ctx, tx, presenter.id) > 0
    assert (await viewer.client.get(f"{API}/broadcasts/{made['id']}")).status_code == 404
    kept = await read(admin, made)
    assert (kept["title"], kept["broadcaster_name"]) == (made["title"], "-")
    assert (await read(admin, waiting))["state"] == "cancelled"
    async with stage.ctx.read() as tx:
        assert await privacy.export(stage.ctx, tx, presenter.id) is None
