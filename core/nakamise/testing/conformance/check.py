"""What a rule of the suite is: a number, words for people, and a function that finds faults."""

from __future__ import annotations

import enum
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from nakamise.testing.conformance.bench import Bench

Run = Callable[["Bench"], Awaitable[Iterable[str]]]


class Tier(enum.StrEnum):
    """The least that a plugin has reached when it keeps the rule, and all rules of the tiers below."""

    BRONZE = "bronze"
    SILVER = "silver"
    GOLD = "gold"


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """``run`` gives one sentence for each fault; ``why`` and ``mend`` are for the plugin's author."""

    number: int
    id: str
    title: str
    why: str
    mend: str
    tier: Tier
    run: Run


_found: Final[dict[int, Check]] = {}


def check(
    number: int, name: str, *, title: str, why: str, mend: str, tier: Tier = Tier.BRONZE
) -> Callable[[Run], Run]:
    """Add the function to the suite."""

    def add(run: Run) -> Run:
        _found[number] = Check(number=number, id=name, title=title, why=why, mend=mend, tier=tier, run=run)
        return run

    return add


def all_checks() -> list[Check]:
    """In their order; complete once ``conformance`` was imported."""
    return [_found[number] for number in sorted(_found)]
