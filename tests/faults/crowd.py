"""Class D, races: a crowd that wants one limited thing at the same moment, and what each of them got.

    told = await crowd(64, lambda number: redeem(ctx_of(buyers[number]), coupon))
    assert len(told.got) == 5
    assert told.codes == {"coupon_used_up"}  # refused in words; nobody saw a fault of ours

The negative control goes to a copy of the table without condition and constraint, by ``careless_crowd``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import asyncpg

from nakamise.errors import Problem, Unavailable
from nakamise.plugin import TenantCtx

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
    """As a buyer does who is told how long the line is: comes again. Nothing was ordered before."""
    while True:
        try:
            return await act()
        except Unavailable as busy:
            if busy.code != "line_wait":
                raise
            await asyncio.sleep(0.05)


async def careless_crowd(ctx: TenantCtx, owner: asyncpg.Connection, limit: int, size: int = 6) -> int:
    """How many of ``size`` took a thing of which there are ``limit``, looking first and writing then.

    ``size`` transactions must run at once: at most three quarters of the pool. More than ``limit`` are let in, or
    the race that a test believes in does not happen.
    """
    table = f'"{ctx.tenant.schema}".unguarded'
    await owner.execute(f"DROP TABLE IF EXISTS {table}; CREATE TABLE {table} (used int NOT NULL)")
    await owner.execute(f"INSERT INTO {table} VALUES (0)")
    await owner.execute(f'GRANT SELECT, UPDATE ON {table} TO "{ctx.tenant.schema}"')
    everybody_has_looked = asyncio.Barrier(size)

    async def take(_number: int) -> bool:
        async with ctx.begin() as tx:
            used: int = await tx.value("SELECT used FROM unguarded")
            await everybody_has_looked.wait()
            if used >= limit:
                return False
            await tx.execute("UPDATE unguarded SET used = used + 1")
            return True

    told = await crowd(size, take)
    return sum(told.got)
