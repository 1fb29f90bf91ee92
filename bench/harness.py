"""What every measurement is made of: alternating rounds, medians, results with their goals."""

from __future__ import annotations

import statistics
from collections.abc import Awaitable, Callable, Mapping, Sequence

import msgspec

Side = Callable[[], Awaitable[float]]
Samples = dict[str, list[float]]


class Goal(msgspec.Struct, frozen=True):
    """Exactly one bound is set."""

    at_least: float | None = None
    at_most: float | None = None

    def met_by(self, value: float) -> bool:
        if self.at_least is not None:
            return value >= self.at_least
        return self.at_most is None or value <= self.at_most

    def __str__(self) -> str:
        return f">= {self.at_least:g}" if self.at_least is not None else f"<= {self.at_most:g}"


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """``value`` in ``unit`` is what the goal speaks of; ``samples`` are all rounds behind it."""

    name: str
    value: float
    unit: str
    goal: Goal | None = None
    note: str = ""
    samples: Samples = {}

    @property
    def verdict(self) -> str:
        if self.goal is None:
            return "-"
        return "met" if self.goal.met_by(self.value) else "MISSED"


class Scale(msgspec.Struct, frozen=True, kw_only=True):
    """How long to measure. ``requests`` are those of one round, ``orders`` those of one round of a checkout."""

    rounds: int
    seconds: float
    requests: int
    orders: int
    tenants: int
    many_tenants: int


FULL = Scale(rounds=15, seconds=1.0, requests=100, orders=640, tenants=10, many_tenants=1000)
QUICK = Scale(rounds=3, seconds=0.2, requests=10, orders=320, tenants=2, many_tenants=20)


async def interleave(rounds: int, sides: Mapping[str, Side]) -> Samples:
    """Each side once a round, in turning order, so that noise and drift of the machine hit all of them."""
    found: Samples = {name: [] for name in sides}
    for number in range(rounds):
        for name in sides if number % 2 == 0 else reversed(list(sides)):
            found[name].append(await sides[name]())
    return found


def paired_ratio(above: Sequence[float], below: Sequence[float]) -> float:
    """The median of the rounds' own ratios: a slow second of the machine stays within its round."""
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


def medians(samples: Samples, unit: str = "", digits: int = 0) -> str:
    """``app 812 req/s, bare 1504 req/s``"""
    parts = (f"{name} {statistics.median(rounds):.{digits}f} {unit}" for name, rounds in samples.items())
    return ", ".join(part.strip() for part in parts)
