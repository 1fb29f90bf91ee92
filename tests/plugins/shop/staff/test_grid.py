"""Prices and stock of many at once: only what was changed is written, and nothing over a newer value."""

from __future__ import annotations

import asyncio
import re
import uuid

import pytest

from nakamise.db import Tx
from nakamise_shop.staff.products import grid
from nakamise_shop.staff.products.grid import GridChange, Outcome, PriceCell, StockCell
from tests.plugins.shop.staff.office import API, PAGES, Office, variant

GRID = f"{PAGES}/products/grid"


def cells(page: str) -> dict[str, str]:
    """The grid's inputs as a browser would send them."""
    form = page[page.index('id="grid-form"') :]
    found = {}
    for tag in re.findall(r"<input[^>]*>", form[: form.index("</form>")]):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value:
            found[name[1]] = value[1]
    return found


@pytest.mark.req("CL-21")
async def test_only_changed_cells_are_written_and_a_stale_one_shows_both(office: Office) -> None:
    made = await office.create(
        variants=[variant(), variant(sku="LIP-02", name="02", price=4400, compare_at=5000, on_hand=7)]
    )
    await office.set_state(made["id"], "published")
    first, second = (one["id"] for one in made["variants"])
    typed = cells((await office.browser.get(f"{GRID}?q=るーじゅ")).text)
    assert (typed[f"price.{first}"], typed[f"stock.{second}"]) == ("3960", "7")
    # Meanwhile a piece is sold and somebody else sets another price: what was not touched stays as they left it.
    await office.order([(uuid.UUID(first), 1)])
    async with office.stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_variant SET price = 4500 WHERE id = $1", uuid.UUID(second))
        await tx.execute("UPDATE shop_stock SET on_hand = 9 WHERE variant_id = $1", uuid.UUID(second))
    typed |= {f"price.{first}": "¥４,２００", f"price.{second}": "4600", f"stock.{second}": "-3"}
    answer = await office.browser.post(f"{GRID}?q=るーじゅ", data=typed)
    assert answer.status_code == 409
    assert "1か所を保存しました" not in answer.text  # two were
    assert "2か所を保存しました" in answer.text
    assert "ほかの人が¥4,500に変更しました" in answer.text
    again = cells(answer.text)
    assert (again[f"price.{second}"], again[f"seen_price.{second}"]) == ("4600", "4500")
    stored = (await office.api.get(f"{API}/products/{made['id']}")).json()
    shown = [(one["price"], one["on_hand"], one["reserved"]) for one in stored["variants"]]
    assert shown == [(4200, 10, 1), (4500, 6, 0)]
    assert stored["version"] > made["version"]  # an open form of it is stale now
    saved = await office.browser.post(f"{GRID}?q=るーじゅ", data=again)
    assert (saved.status_code, saved.headers["location"]) == (
        303,
        f"{GRID}?q=%E3%82%8B%E3%83%BC%E3%81%98%E3%82%85",
    )
    listed = (await office.guest.get("/api/shop/products", params={"q": "ルージュ"})).json()["items"][0]
    assert (listed["min_price"], listed["max_price"]) == (4200, 4600)
    # Nonsense, a price above the former one and stock below what is reserved are each told at their cell.
    wrong = cells((await office.browser.get(GRID)).text)
    wrong |= {f"price.{first}": "たくさん", f"price.{second}": "5000", f"stock.{first}": "0"}
    refused = await office.browser.post(GRID, data=wrong)
    assert refused.status_code == 422
    for words in ("整数を入力してください", "通常価格は", "注文で1点が確保されている"):
        assert words in refused.text
    assert await office.count("SELECT count(*) FROM core_audit WHERE act = 'shop.grid.changed'") == 2


@pytest.mark.req("CL-21")
async def test_the_same_by_the_api(office: Office) -> None:
    made = await office.create()
    id_ = made["variants"][0]["id"]
    body = {
        "prices": [{"variant_id": id_, "seen": 3960, "price": 4000}],
        "stocks": [{"variant_id": id_, "by": 5}, {"variant_id": made["id"], "by": 1}],
    }
    answer = (await office.api.put(f"{API}/variants", json=body)).json()
    told = {(one["field"], one["outcome"], one["now"]) for one in answer}
    assert told == {("price", "saved", 4000), ("stock", "saved", 15), ("stock", "gone", 0)}
    stale = (
        await office.api.put(f"{API}/variants", json={"prices": [{"variant_id": id_, "seen": 1, "price": 2}]})
    ).json()
    assert [(one["outcome"], one["now"]) for one in stale] == [("stale", 4000)]
    unclear = {"stocks": [{"variant_id": id_, "by": 1, "on_hand": 3}]}
    assert (await office.api.put(f"{API}/variants", json=unclear)).status_code in (400, 422)
    rows = (await office.api.get(f"{API}/variants")).json()
    assert [(one["sku"], one["price"], one["on_hand"]) for one in rows] == [("LIP-01", 4000, 15)]


@pytest.mark.req("CL-21")
async def test_steps_of_many_add_up_and_of_two_numbers_one_wins(office: Office) -> None:
    """The negative control reads and writes: most steps are lost."""
    variant_id = await office.stall.goods("honten", "口紅", 1000, 10)
    ctx = office.stall.ctx_of(office.staff)

    async def change(cell: StockCell) -> Outcome:
        async with ctx.begin() as tx:
            return (await grid.change(ctx, tx, GridChange(stocks=[cell])))[0].outcome

    steps = await asyncio.gather(*(change(StockCell(variant_id=variant_id, by=1)) for _ in range(12)))
    assert steps == [Outcome.SAVED] * 12
    assert await office.stall.stock_of(variant_id) == (22, 0)
    numbers = await asyncio.gather(
        *(change(StockCell(variant_id=variant_id, seen=22, on_hand=30 + n)) for n in range(6))
    )
    assert sorted(numbers) == [Outcome.SAVED] + [Outcome.STALE] * 5
    everybody_has_looked = asyncio.Barrier(4)

    async def careless() -> None:
        async with ctx.begin() as tx:
            seen = await tx.value("SELECT on_hand FROM shop_stock WHERE variant_id = $1", variant_id)
            await everybody_has_looked.wait()
            await tx.execute("UPDATE shop_stock SET on_hand = $2 WHERE variant_id = $1", variant_id, seen + 1)

    before = (await office.stall.stock_of(variant_id))[0]
    await asyncio.gather(*(careless() for _ in range(4)))
    assert (await office.stall.stock_of(variant_id))[0] == before + 1


WAITING = "SELECT count(*) FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))"


async def until_somebody_waits(tx: Tx) -> None:
    for _ in range(500):
        if await tx.value(WAITING):
            return
        await asyncio.sleep(0.02)
    pytest.fail("nobody waits")


@pytest.mark.req("CL-21")
async def test_stock_is_written_while_somebody_else_holds_the_variant(office: Office) -> None:
    """Who changes prices and stock has the variant and comes for its stock: nobody waits the other way round."""
    made = await office.create(variants=[variant(compare_at=5000)])
    id_ = uuid.UUID(made["variants"][0]["id"])
    ctx = office.stall.ctx_of(office.staff)
    async with ctx.begin() as tx:
        # Not as it would be proven: whoever notes the price would write it.
        await tx.execute("UPDATE shop_variant SET was_until = now() WHERE id = $1", id_)

    async def sold_out() -> Outcome:
        async with ctx.begin() as tx:
            cell = StockCell(variant_id=id_, seen=10, on_hand=0)
            return (await grid.change(ctx, tx, GridChange(stocks=[cell])))[0].outcome

    async with ctx.begin() as tx:
        await tx.execute("SELECT FROM shop_variant WHERE id = $1 FOR NO KEY UPDATE", id_)
        assert await asyncio.wait_for(sold_out(), 10) is Outcome.SAVED
        both = GridChange(
            prices=[PriceCell(variant_id=id_, seen=3960, price=4000)],
            stocks=[StockCell(variant_id=id_, by=3)],
        )
        assert [one.outcome for one in await grid.change(ctx, tx, both)] == [Outcome.SAVED] * 2
    assert await office.stall.stock_of(id_) == (3, 0)
    turns = "SELECT string_agg(sold_out::text, ' ' ORDER BY at) FROM shop_stock_log WHERE variant_id = $1"
    assert await office.stall.value(turns, id_) == "true false"


@pytest.mark.req("CL-21")
async def test_the_products_form_waits_for_the_product_before_it_takes_the_stock(office: Office) -> None:
    """As the grid does, which has the product when it comes for the stock."""
    made = await office.create()
    id_ = uuid.UUID(made["variants"][0]["id"])
    ctx = office.stall.ctx_of(office.staff)
    async with ctx.begin() as tx:
        await tx.execute("SELECT FROM shop_product WHERE id = $1 FOR UPDATE", uuid.UUID(made["id"]))
        saving = asyncio.create_task(office.change(made, name="新しい名前"))
        await until_somebody_waits(tx)
        free = "SELECT on_hand FROM shop_stock WHERE variant_id = $1 FOR UPDATE SKIP LOCKED"
        assert await tx.value(free, id_) == 10
    assert (await saving).status_code == 200
