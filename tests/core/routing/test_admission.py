"""How many are let in, by how fast they were served; who was sent away comes first. No database."""

from __future__ import annotations

import pytest

from nakamise.routing.admission import (
    AGAIN_S,
    AWAY_S,
    FIRST_PER_S,
    KEPT_MAX,
    KEPT_S,
    ROOM_MAX,
    ROOM_MIN,
    WAIT_S,
    WINDOW_S,
    Bound,
    Bounds,
)


class Time:
    """Passes when told."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


def serve(bound: Bound, time: Time, per_s: float, seconds: float, asking: int = 1000) -> int:
    """At each answer ``asking`` new ones knock; how many of them were sent away."""
    numbers = iter(range(10**9))
    refused = 0
    for _ in range(int(per_s * seconds)):
        refused += sum(bound.enter(next(numbers)) > 0 for _ in range(asking))
        time.now += 1 / per_s
        if bound.inside:
            bound.leave()
    return refused


def test_the_room_is_for_half_a_second_of_work(time: Time) -> None:
    bound = Bound(time)
    assert bound.room == int(FIRST_PER_S * WAIT_S)
    assert serve(bound, time, 400, 5, asking=3) > 0
    assert bound.room == pytest.approx(400 * WAIT_S, rel=0.05)
    serve(bound, time, 10, 20, asking=3)
    assert bound.room == ROOM_MIN
    serve(bound, time, 9000, 5, asking=2)
    assert bound.room == ROOM_MAX


def test_few_visitors_say_nothing_about_how_many_could_be_served(time: Time) -> None:
    bound = Bound(time)
    assert serve(bound, time, 2, 60, asking=1) == 0
    assert bound.per_s == FIRST_PER_S


def test_a_quiet_hour_does_not_count_against_a_crowd(time: Time) -> None:
    bound = Bound(time)
    time.now += 3600
    assert sum(bound.enter(number) > 0 for number in range(200)) > 0
    bound.leave()
    time.now += WINDOW_S
    bound.leave()
    assert bound.per_s == pytest.approx(FIRST_PER_S, rel=0.4), "one window of two answers, not an hour of one"
    assert bound.room > ROOM_MIN


def test_who_was_sent_away_comes_before_who_is_new(time: Time) -> None:
    bound = Bound(time)
    room = bound.room
    assert [bound.enter(number) for number in range(room)] == [0] * room
    waits = [bound.enter(1000 + number) for number in range(100)]
    assert waits == sorted(waits)
    assert AGAIN_S <= waits[0] <= waits[-1] <= AWAY_S
    while time.now < AGAIN_S:
        time.now += 1 / FIRST_PER_S
        bound.leave()
        while bound.enter(int(time.now * 1e6)) == 0:
            pass
    # Ten come when they were told to, in vain; then ten places become free.
    assert all(bound.enter(1000 + number) for number in range(10))
    for _ in range(10):
        bound.leave()
    assert bound.enter(2000) > 0
    assert all(bound.enter(1000 + number) for number in range(10)), "knocking at once is no waiting"
    assert [bound.enter(1010 + number) for number in range(10)] == [0] * 10
    # Half of the room is for new ones, however many come again.
    for _ in range(room):
        bound.leave()
    assert [bound.enter(3000 + number) for number in range(room)].count(0) >= room // 2
    # Where nobody comes again, nothing is kept free for them; and they are forgotten.
    for _ in range(3):
        time.now += WINDOW_S
        bound.leave()
        bound.enter(4000)
    places = bound.room - bound.inside
    assert [bound.enter(5000 + number) for number in range(places)] == [0] * places
    time.now += KEPT_S
    bound.leave()
    assert bound.enter(6000) == 0


def test_memory_is_bounded(time: Time) -> None:
    bound = Bound(time)
    for number in range(KEPT_MAX + 500):
        bound.enter(number)
    assert len(bound._away) <= KEPT_MAX + 1


def test_a_path_with_parameters_cannot_be_bounded() -> None:
    with pytest.raises(ValueError, match="parameters"):
        Bounds().add(["POST"], "/shop/{id:uuid}", "shop")
