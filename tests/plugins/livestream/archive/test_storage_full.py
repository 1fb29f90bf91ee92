"""The disk is full while a broadcast is recorded: the recording waits, says so, and goes on after it."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from nakamise.testing.people import Person
from nakamise_livestream.archive.saving import Saving
from tests.plugins.livestream.archive.player import play
from tests.plugins.livestream.archive.reel import three_segments
from tests.plugins.livestream.stage import Stage, act, id_of, ok, on_air


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process can grow: the system says so, nobody of ours."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.req("GL-03")
async def test_a_full_disk_costs_only_what_was_shown_meanwhile(stage: Stage, presenter: Person) -> None:
    broadcast = await on_air(presenter)
    first, second, third = three_segments()
    saving = Saving(stage.ctx, id_of(broadcast))
    assert await saving.save(first, True)
    with full_disk():
        assert await saving.save(second, True)
    archive = f"/api/livestream/broadcasts/{broadcast['id']}/archive"
    found = await ok(await presenter.client.get(archive))
    assert (found["trouble"], found["lost_s"]) == ("full", pytest.approx(4, abs=0.1))
    assert (await ok(await presenter.client.get(f"/api/livestream/broadcasts/{broadcast['id']}")))[
        "state"
    ] == "live"
    assert await saving.save(third, True)
    found = await ok(await presenter.client.get(archive))
    assert (found["trouble"], found["duration_s"]) == ("", pytest.approx(8, abs=0.1))
    await ok(await act(presenter, broadcast, "end"))
    played = await play(presenter.client, found["playlist"])
    assert (played.segments, played.breaks) == (2, 1)
    assert len(played.pictures) == pytest.approx(240, abs=3)
    assert played.pictures == sorted(played.pictures)
    assert played.sounds > 300
    # Nothing is left behind of what found no room.
    assert len(await stage.ctx.runtime.store.keys(stage.tenant.schema)) == 5
