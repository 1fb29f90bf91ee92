"""Several at the same moment, in the real database: exactly one way out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from nakamise.errors import Problem
from nakamise.testing.people import Person
from nakamise_livestream.broadcasters import decide
from nakamise_livestream.broadcasts import cancel, end, pause, pins, start
from nakamise_livestream.broadcasts.overdue import end_overdue
from tests.plugins.livestream.broadcasts.test_parts import goods, put, stage
from tests.plugins.livestream.stage import API, Json, Stage, id_of, ok, on_air, planned

__all__ = ["goods", "stage"]
ROUNDS = 12
Act = Callable[[], Awaitable[object]]


async def outcomes(*acts: Act) -> list[str]:
    """ "done" or the code of the refusal, for each."""
    found = await asyncio.gather(*(act() for act in acts), return_exceptions=True)
    for one in found:
        if isinstance(one, BaseException) and not isinstance(one, Problem):
            raise one
    return [one.code if isinstance(one, Problem) else "done" for one in found]


def in_a_transaction(stage: Stage, act: Callable[..., Awaitable[object]], *args: object) -> Act:
    async def run() -> object:
        async with stage.ctx.begin() as tx:
            return await act(stage.ctx, tx, *args)

    return run


@pytest.mark.req("LC-7.4.5")
async def test_start_against_cancel(stage: Stage, presenter: Person) -> None:
    for _ in range(ROUNDS):
        made = await planned(presenter)
        id_ = id_of(made)
        both = await outcomes(
            in_a_transaction(stage, start.start, id_), in_a_transaction(stage, cancel.cancel, id_)
        )
        assert sorted(both) == ["done", "wrong_state"]
        state = await stage.value("SELECT state FROM livestream_broadcast WHERE id = $1", id_)
        assert state == ("live" if both[0] == "done" else "cancelled")
        if state == "live":
            await in_a_transaction(stage, end.end, id_)()


@pytest.mark.req("LC-9.6.2")
async def test_end_against_force_end_against_time(stage: Stage, presenter: Person) -> None:
    for _ in range(ROUNDS):
        made = await on_air(presenter)
        id_ = id_of(made)
        async with stage.ctx.begin() as tx:
            await tx.execute("UPDATE livestream_broadcast SET started_at = started_at - interval '1 day'")
        found = await outcomes(
            in_a_transaction(stage, end.end, id_),
            in_a_transaction(stage, end.force_end, id_, "理由"),
            in_a_transaction(stage, pause.pause, id_),
            lambda: end_overdue(stage.ctx),
        )
        ended = [
            event for event in await stage.events("livestream.ended.1") if event["broadcast_id"] == made["id"]
        ]
        assert len(ended) == 1
        assert found[:2].count("done") <= 1
        assert await stage.value("SELECT state FROM livestream_broadcast WHERE id = $1", id_) == "ended"


@pytest.mark.req("LC-9.3.1", "LC-7.1.5")
async def test_start_against_suspension(stage: Stage, presenter: Person) -> None:
    broadcaster = await stage.value("SELECT id FROM livestream_broadcaster WHERE user_id = $1", presenter.id)
    for _ in range(ROUNDS):
        id_ = id_of(await planned(presenter))
        started, suspended = await outcomes(
            in_a_transaction(stage, start.start, id_),
            in_a_transaction(stage, decide.suspend, broadcaster, "理由"),
        )
        assert suspended == "done"
        assert started in ("done", "not_approved", "wrong_state")
        state = await stage.value("SELECT state FROM livestream_broadcast WHERE id = $1", id_)
        assert state == ("ended" if started == "done" else "cancelled")
        await in_a_transaction(stage, decide.resume, broadcaster)()


async def test_two_starts_of_one_broadcaster(stage: Stage, presenter: Person) -> None:
    for _ in range(ROUNDS):
        one, two = id_of(await planned(presenter)), id_of(await planned(presenter))
        both = await outcomes(
            in_a_transaction(stage, start.start, one), in_a_transaction(stage, start.start, two)
        )
        assert sorted(both) == ["done", "on_air"]
        await in_a_transaction(stage, end.end, one if both[0] == "done" else two)()
        await in_a_transaction(stage, cancel.cancel, two if both[0] == "done" else one)()


@pytest.mark.req("LC-2.2.4")
async def test_many_pins_at_once_leave_one(stage: Stage, presenter: Person, goods: list[str]) -> None:
    made: Json = await on_air(presenter)
    await put(presenter, made, "products", product_ids=goods)
    ids = [id_of({"id": one}) for one in goods]
    acts = [in_a_transaction(stage, pins.pin, id_of(made), ids[n % 3]) for n in range(18)]
    assert set(await outcomes(*acts)) == {"done"}
    open_pins = "SELECT count(*) FROM livestream_pin WHERE unpinned_at IS NULL"
    assert await stage.value(open_pins) == 1
    overlapping = """
        SELECT count(*) FROM livestream_pin a JOIN livestream_pin b ON a.id < b.id AND a.broadcast_id = b.broadcast_id
        WHERE tstzrange(a.pinned_at, a.unpinned_at) && tstzrange(b.pinned_at, b.unpinned_at)"""
    assert await stage.value(overlapping) == 0


async def test_a_pin_against_the_end(stage: Stage, presenter: Person, goods: list[str]) -> None:
    for _ in range(ROUNDS):
        made: Json = await on_air(presenter)
        await put(presenter, made, "products", product_ids=goods)
        found = await outcomes(
            in_a_transaction(stage, pins.pin, id_of(made), id_of({"id": goods[0]})),
            in_a_transaction(stage, end.end, id_of(made)),
        )
        assert found[1] == "done"
        assert await stage.value("SELECT count(*) FROM livestream_pin WHERE unpinned_at IS NULL") == 0


async def test_applications_at_once_are_one(stage: Stage, viewer: Person) -> None:
    body = {"name": "春香", "motive": "好き", "agree": True}
    answers = await asyncio.gather(*(viewer.client.post(f"{API}/broadcaster", json=body) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    assert await stage.value("SELECT count(*) FROM livestream_broadcaster") == 1
    await ok(await viewer.client.get(f"{API}/broadcaster"))
