"""A worker ends with the last of its users, at once only when that one said goodbye."""

from __future__ import annotations

import asyncio

import pytest

from nakamise_livestream.sfu.worker.company import Company


async def ends(company: Company, linger: float = 60.0) -> None:
    """Raises TimeoutError for one that goes on."""
    async with asyncio.timeout(0.3):
        await company.deserted(linger, lambda: False)


async def test_goodbye_of_the_last_one() -> None:
    company = Company()
    company.came()
    company.say_bye()
    with pytest.raises(TimeoutError):
        await ends(company)
    company.went()
    await ends(company)


async def test_goodbye_of_another_one_is_not_that_of_who_is_killed_later() -> None:
    company = Company()
    company.came()
    company.came()
    company.say_bye()
    company.went()
    company.went()
    with pytest.raises(TimeoutError):
        await ends(company)
    await ends(company, linger=0.0)
