"""How many queries a page costs: at most four besides the page's frame."""

from __future__ import annotations

import asyncio
from typing import Any, Self

import pytest

from nakamise.db import Tx
from nakamise_shop.cart import repository as carts
from nakamise_shop.cart import service as cart_service
from nakamise_shop.catalog import places, service, suggest
from nakamise_shop.catalog.schemas import ProductFilter
from tests.plugins.shop.catalog.market import Market


class Counting:
    """Counts what asyncpg sends within a transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self.queries: list[str] = []

    def __enter__(self) -> Self:
        self._tx.connection.add_query_logger(self._note)
        return self

    def __exit__(self, *_: object) -> None:
        self._tx.connection.remove_query_logger(self._note)

    def _note(self, record: Any) -> None:
        self.queries.append(record.query)


async def test_suggestions_take_two_and_compare_names_in_the_database(market: Market) -> None:
    """One for who comes near, one for their cards, and no name is looked at by this process."""
    async with market.ctx.read() as tx:
        await suggest.suggested(market.ctx, tx, "ナイトリペヤ")
        with Counting(tx) as counted:
            found = await suggest.suggested(market.ctx, tx, "ナイトリペヤ")
            await asyncio.sleep(0)  # the driver tells of a query a turn later
        assert ([one.slug for one in found], len(counted.queries)) == (["serum"], 2), counted.queries


@pytest.mark.parametrize(
    "wanted", [ProductFilter(), ProductFilter(q="シルク", category="makeup", in_stock=True)]
)
async def test_a_list_takes_two(market: Market, wanted: ProductFilter) -> None:
    async with market.ctx.read() as tx:
        # The driver asks for unknown types once per connection.
        await service.product_page(market.ctx, tx, wanted)
        with Counting(tx) as counted:
            await service.product_page(market.ctx, tx, wanted)
            await places.list_categories(tx, "ja")
    assert len(counted.queries) == 2, counted.queries


async def test_a_product_takes_three(market: Market) -> None:
    async with market.ctx.read() as tx:
        with Counting(tx) as counted:
            product = await service.product(market.ctx, tx, "rouge")
            await service.related(market.ctx, tx, product)
    assert 2 <= len(counted.queries) <= 3, counted.queries


async def test_a_cart_takes_four(market: Market) -> None:
    async with market.ctx.begin() as tx:
        cart_id = await carts.make_guest_cart(tx, "three-queries")
        await carts.add(tx, cart_id, market.variants["S-1"], 1)
        await carts.add(tx, cart_id, market.variants["T-1"], 2)
        key = cart_service.CartKey(None, "three-queries")
        # The driver asks for unknown types once per connection.
        await cart_service.view(market.ctx, tx, key)
        with Counting(tx) as counted:
            cart = await cart_service.view(market.ctx, tx, key)
    assert cart.quantity == 3
    assert len(counted.queries) == 4, counted.queries
