"""The line in front of the tills by itself: order of arrival, bounds, places that are kept. No database."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence

import pytest

from nakamise_shop.checkout import line as lines
from nakamise_shop.checkout.line import Line, LineWait

ME = (uuid.UUID(int=1), "key")


class Till:
    """Serves numbers, slowly when told so, and remembers in which batches they came."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.open = asyncio.Event()
        self.open.set()

    async def serve(self, work: Sequence[int]) -> Sequence[int]:
        await self.open.wait()
        self.batches.append(list(work))
        await asyncio.sleep(0.001)
        if 666 in work:
            raise ArithmeticError
        return [-one for one in work]

    @property
    def served(self) -> list[int]:
        return [one for batch in self.batches for one in batch]


async def customer(line: Line[int, int], number: int, reads_s: float = 0.0) -> int:
    with line.arrival((uuid.UUID(int=number), "k")) as spot:
        async with line.turn_to_read(spot):
            await asyncio.sleep(reads_s)
            line.put(spot, number)
        return await spot.outcome


async def test_who_comes_first_is_served_first_however_long_reading_takes() -> None:
    till = Till()
    line = Line(till.serve)
    answers = await asyncio.gather(*(customer(line, n, 0.003 * (n % 4)) for n in range(100, 160)))
    assert answers == [-n for n in range(100, 160)]
    assert till.served == list(range(100, 160))
    assert len(till.batches) < 60


async def test_a_slow_till_fills_batches_up_to_their_bound() -> None:
    till = Till()
    line = Line(till.serve)
    till.open.clear()
    everybody = [asyncio.create_task(customer(line, n)) for n in range(lines.BATCH_MAX + 100)]
    await asyncio.sleep(0.1)
    till.open.set()
    await asyncio.gather(*everybody)
    assert max(len(batch) for batch in till.batches) <= lines.BATCH_MAX
    assert till.served == list(range(lines.BATCH_MAX + 100))


async def test_whoever_leaves_is_not_served_and_a_failure_ends_no_line() -> None:
    till = Till()
    line = Line(till.serve)
    till.open.clear()
    first = asyncio.create_task(customer(line, 1))
    await asyncio.sleep(0.01)
    gone, unlucky = (asyncio.create_task(customer(line, n)) for n in (2, 666))
    await asyncio.sleep(0.01)
    gone.cancel()
    till.open.set()
    assert await first == -1
    with pytest.raises(ArithmeticError):
        await unlucky
    assert await customer(line, 4) == -4
    assert 2 not in till.served


async def test_a_place_is_kept_for_who_was_sent_away() -> None:
    line = Line(Till().serve)
    with pytest.raises(LineWait) as told, line.arrival(ME) as spot:  # noqa: SIM117
        with line.arrival((uuid.UUID(int=9), "k")) as later:
            assert (line.ahead(spot), line.ahead(later)) == (0, 1)
            raise LineWait(line.ahead(later))
    assert (told.value.status, told.value.headers) == (503, {"Retry-After": "1"})
    with line.arrival((uuid.UUID(int=7), "k")) as newcomer, line.arrival(ME) as back:
        assert back.number < newcomer.number
    with line.arrival(ME) as once_more:
        assert once_more.number > newcomer.number


async def test_there_is_an_end_to_the_line() -> None:
    line = Line(Till().serve, room=2)
    with line.arrival((uuid.UUID(int=1), "a")), line.arrival((uuid.UUID(int=2), "a")):  # noqa: SIM117
        with pytest.raises(LineWait) as told, line.arrival((uuid.UUID(int=3), "a")):
            pass
    assert told.value.params == {"n": 3}
