"""The benchmarks' own arithmetic: rounds, ratios, goals, the table."""

from __future__ import annotations

import functools
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from bench.harness import QUICK, Goal, Result, interleave, medians, paired_ratio
from bench.machine import describe
from bench.pgbench import PgbenchFailed, steady_rate
from bench.report import Run, save, table


async def test_rounds_alternate_who_begins() -> None:
    order: list[str] = []

    async def side(name: str) -> float:
        order.append(name)
        return float(len(order))

    samples = await interleave(3, {name: functools.partial(side, name) for name in ("a", "b")})
    assert order == ["a", "b", "b", "a", "a", "b"]
    assert samples == {"a": [1, 4, 5], "b": [2, 3, 6]}


def test_a_ratio_is_the_median_of_the_rounds_own() -> None:
    # One slow second of the machine halves both sides of the second round.
    assert paired_ratio([100, 50, 110], [200, 100, 200]) == 0.5
    with pytest.raises(ValueError, match="zip"):
        paired_ratio([1], [1, 2])


def test_medians_are_said_per_side() -> None:
    assert medians({"app": [1, 3, 2], "bare": [4, 4, 4]}, "req/s") == "app 2 req/s, bare 4 req/s"


@pytest.mark.parametrize(
    ("goal", "value", "verdict"),
    [
        (Goal(at_least=0.5), 0.5, "met"),
        (Goal(at_least=0.5), 0.49, "MISSED"),
        (Goal(at_most=5), 5.0, "met"),
        (Goal(at_most=5), 5.01, "MISSED"),
        (None, 1.0, "-"),
    ],
)
def test_a_goal_is_met_or_missed(goal: Goal | None, value: float, verdict: str) -> None:
    assert Result(name="x", value=value, unit="ms", goal=goal).verdict == verdict


def test_the_table_shows_goal_and_result() -> None:
    rows = table(
        [
            Result(name="list", value=0.613, unit="x", goal=Goal(at_least=0.5), note="why"),
            Result(name="gate", value=22, unit="us"),
        ]
    ).splitlines()
    assert rows[0].split() == ["measurement", "result", "goal", "behind", "it"]
    assert rows[2].split() == ["list", "0.61", "x", ">=", "0.5", "met", "why"]
    assert rows[3].split() == ["gate", "22.00", "us", "-"]


def test_a_run_is_kept_with_all_its_rounds(tmp_path: Path) -> None:
    result = Result(name="list", value=0.5, unit="x", samples={"app": [1.0, 2.0]})
    machine = describe("18.0")
    at = datetime(2026, 11, 21, 3, 25, tzinfo=UTC)
    path = save(Run(at=at, machine=machine, scale=QUICK, results=[result]), tmp_path)
    assert path.name == f"2026-11-21T0325Z-{machine.commit}.json"
    assert msgspec.json.decode(path.read_bytes(), type=Run).results == [result]


def test_the_rate_counts_only_while_all_clients_are_warm_and_at_work() -> None:
    # Client 1 is warm at 2 s, client 0 done at 5 s: 3 s in which 3 + 2 transactions ended.
    ends = {0: [0.5, 1.0, 3.0, 4.0, 5.0], 1: [1.0, 2.0, 3.5, 4.5, 9.0]}
    assert steady_rate(ends, warm_up=2) == 5 / 3
    with pytest.raises(PgbenchFailed):
        steady_rate({0: [1.0, 2.0], 1: [1.0, 3.0]}, warm_up=2)
