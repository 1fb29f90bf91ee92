"""Postal codes to places, from Japan Post's own table."""

from __future__ import annotations

import asyncio

import pytest

from nakamise.japan import Prefecture, Town, towns_of


@pytest.mark.req("LC-6.3.1")
@pytest.mark.parametrize(
    ("code", "town"),
    [
        ("1500001", Town("東京都", "渋谷区", "神宮前")),
        ("5300001", Town("大阪府", "大阪市北区", "梅田")),
        ("0600000", Town("北海道", "札幌市中央区", "")),
    ],
)
def test_a_code_gives_its_place(code: str, town: Town) -> None:
    assert towns_of(code) == [town]
    assert Prefecture.from_ja(town.prefecture).ja == town.prefecture


def test_one_code_may_lie_in_two_prefectures() -> None:
    assert {town.prefecture for town in towns_of("4980000")} == {"愛知県", "三重県"}


def test_a_code_that_does_not_exist_gives_nothing() -> None:
    assert towns_of("0000000") == []


async def test_threads_may_ask_at_the_same_time() -> None:
    answers = await asyncio.gather(*(asyncio.to_thread(towns_of, "1500001") for _ in range(8)))
    assert all(answer[0].city == "渋谷区" for answer in answers)
