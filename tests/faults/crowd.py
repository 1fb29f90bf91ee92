"""Class D, races: a crowd that wants one limited thing at the same moment, and what each of them got.

    told = await crowd(64, lambda number: redeem(ctx_of(buyers[number]), coupon))
    assert len(told.got) == 5
    assert told.codes == {"coupon_used_up"}  # refused in words; nobody saw a fault of ours

The negative control runs the same crowd with the protection taken out: ``tests.faults.careless``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from nakamise.errors import Problem, Unavailable

T = TypeVar("T")
SIZE = 64


@dataclass
class Told(Generic[T]):
    """``got`` are answers, ``refused`` what a user would be told, ``broke`` everything else: must be empty."""

    got: list[T] = field(default_factory=list)
    refused: list[Problem] = field(default_factory=list)
    broke: list[BaseException] = field(default_factory=list)

    @property
    def codes(self) -> set[str]:
        """Of the refusals. Raises AssertionError when somebody was not refused but hit a fault."""
        assert not self.broke, self.broke
        return {problem.code for problem in self.refused}


async def crowd(size: int, act: Callable[[int], Awaitable[T]]) -> Told[T]:
    """Everybody begins when the last one is ready; ``act`` gets the numbers from 0."""
    start = asyncio.Barrier(size)

    async def one(number: int) -> T:
        await start.wait()
        return await until_told(lambda: act(number))

    told: Told[T] = Told()
    for answer in await asyncio.gather(*(one(number) for number in range(size)), return_exceptions=True):
        if isinstance(answer, Problem):
            (told.broke if answer.status >= 500 else told.refused).append(answer)
        elif isinstance(answer, BaseException):
            told.broke.append(answer)
        else:
            told.got.append(answer)
    return told


async def until_told(act: Callable[[], Awaitable[T]]) -> T:
    """As a buyer does who is told how long the line is, or that prices are not certain on a machine that does much
    else: comes again. Nothing was ordered before."""
    while True:
        try:
            return await act()
        except Unavailable as busy:
            if busy.code not in {"line_wait", "pricing_degraded"}:
                raise
            await asyncio.sleep(0.05)
