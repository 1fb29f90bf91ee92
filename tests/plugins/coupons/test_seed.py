"""Blueprints' coupons and sales: filled once, told when they name what is not sold; those of the demo are sound."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from nakamise_coupons import seed as coupons_seed
from nakamise_timesale import seed as sales_seed
from tests.plugins.shop.staff.office import Office
from tests.plugins.shop.stall import Stall

TENANTS = Path(__file__).parents[3] / "tenants"
# What the tests in the browser buy: a sale would change what they are told to pay.
BOUGHT = ("dew-tint", "silk-rouge", "mame-air", "toki-2", "denchi-20k", "himo-cable", "rose-rooibos")
TEXT = """
[[coupons]]
code = "AKI"
name = "秋の割引"
name_en = "Autumn discount"
kind = "percent"
percent = 10
public = true
from_days = -1
until_days = 3
products = ["口紅"]

[[coupons]]
name = "配布"
kind = "fixed"
amount = 100
batch = 3

[[coupons]]
code = "LIVE"
name = "配信中だけ"
kind = "fixed"
amount = 100
broadcast = "ここにはない配信"

[[sales]]
slug = "now"
name = "いまのセール"
name_en = "Sale of now"
from_days = 0
until_days = 1

[[sales.items]]
product = "口紅"
percent = 20
quantity = 5

[[sales]]
slug = "over"
name = "終わったセール"
from_days = -9
until_days = -7

[[sales.items]]
product = "口紅"
price = 500
"""


class Words:
    """A blueprint without pictures, with one file for both."""

    def __init__(self, text: str) -> None:
        self._data = tomllib.loads(text)

    def data(self, plugin_id: str) -> dict[str, Any]:
        return self._data

    def file(self, relative: str) -> Path:
        raise ValueError(relative)

    async def picture(self, relative: str) -> str:
        raise ValueError(relative)


@pytest.mark.req("LC-8.7.2", "LC-8.8.1")
async def test_filled_once(stall: Stall, office: Office) -> None:
    await stall.goods("honten", "口紅", 1000, 9)
    for _ in range(2):
        await coupons_seed.seed(stall.ctx, Words(TEXT))
        await sales_seed.seed(stall.ctx, Words(TEXT))
    listed = (await office.browser.get("/admin/coupons")).text
    assert (listed.count("秋の割引"), "配信中だけ" in listed) == (1, False)
    assert await stall.value("SELECT count(*) FROM coupons_code") == 4
    assert await stall.value("SELECT count(*) FROM timesale_item") == 2
    states = {one["name"]: one for one in (await office.api.get("/api/timesale/staff/sales")).json()["items"]}
    assert set(states) == {"いまのセール", "終わったセール"}
    [card] = (await office.guest.get("/api/shop/products")).json()["items"]
    assert (card["min_price"], card["offer"]["label"]) == (800, "いまのセール")
    for path, name in (("/shop/products", "Sale of now"), ("/coupons", "Autumn discount")):
        assert name in (await office.guest.get(path, headers={"Accept-Language": "en"})).text
    wrong = TEXT.replace('"口紅"', '"白紅"').replace('"AKI"', '"HARU"').replace('"now"', '"then"')
    for seed in (coupons_seed, sales_seed):
        with pytest.raises(ValueError, match="白紅"):
            await seed.seed(stall.ctx, Words(wrong))


@pytest.mark.parametrize("slug", ["kanon", "gear"])
def test_those_of_the_demo_are_sold_there_and_not_bought_by_tests(slug: str) -> None:
    read = {name: tomllib.loads((TENANTS / slug / f"{name}.toml").read_text()) for name in FILES}
    # Whoever reads English finds no name in Japanese.
    assert all(
        one["name_en"].isascii() or "¥" in one["name_en"]
        for key in FILE_OF
        for one in read[FILE_OF[key]][key]
    )
    slugs = {one["name"]: one["slug"] for one in read["shop"]["products"]}
    named = [one["product"] for sale in read["timesale"]["sales"] for one in sale["items"]]
    assert {slugs[name] for name in named}.isdisjoint(BOUGHT)
    titles = {one["title"] for one in read["livestream"]["broadcasts"]}
    bound = [
        one["broadcast"]
        for key in ("sales", "coupons")
        for one in read[FILE_OF[key]][key]
        if "broadcast" in one
    ]
    assert titles.issuperset(bound)
    # One that runs, one to come and one that is over; what everybody may know and what not.
    assert any(one.get("from_days") == 0 for one in read["timesale"]["sales"])
    assert any(one.get("from_days", 0) > 0 for one in read["timesale"]["sales"])
    assert any(one.get("until_days", 0) < 0 for one in read["timesale"]["sales"])
    assert {one.get("public", False) for one in read["coupons"]["coupons"]} == {True, False}


FILES = ("shop", "coupons", "timesale", "livestream")
FILE_OF = {"sales": "timesale", "coupons": "coupons"}
