"""The baseline: a Litestar application with one route, raw asyncpg and nothing else.

It runs the text that the catalogue's list runs, with each table's name qualified by the tenant's schema, on
connections of the owner: one round trip, no role, no transaction, no context.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import msgspec
from litestar import Litestar, Request, get
from litestar.params import FromQuery

from nakamise.db.database import STATEMENT_CACHE_SIZE, prepare
from nakamise_shop.catalog.repository import _LISTS
from nakamise_shop.catalog.schemas import ProductCard, ProductPage, Sort

PAGE_SIZE = 24


def qualified(schema: str) -> str:
    """The list's text for one tenant."""
    return re.sub(r"\b(FROM|JOIN) (shop_|core_)", rf'\1 "{schema}".\2', _LISTS[Sort.NEW])


def bare_app(database_url: str, schemas: Mapping[str, str], pool_size: int) -> Litestar:
    """``schemas`` by host name. The pool opens with the application's lifespan."""
    texts = {host: qualified(schema) for host, schema in schemas.items()}

    @get("/api/shop/products")
    async def list_products(request: Request[Any, Any, Any], page_number: FromQuery[int] = 1) -> ProductPage:
        text = texts[request.headers["host"].partition(":")[0]]
        pool: asyncpg.Pool = request.app.state.pool
        offset = (page_number - 1) * PAGE_SIZE
        rows = await pool.fetch(text, [], None, None, False, PAGE_SIZE, offset, "ja")
        items = msgspec.convert([dict(row) for row in rows], list[ProductCard])
        total = rows[0]["total"] if rows else 0
        return ProductPage(items=items, total=total, page=page_number, page_size=PAGE_SIZE)

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        async with asyncpg.create_pool(
            database_url,
            min_size=pool_size,
            max_size=pool_size,
            statement_cache_size=STATEMENT_CACHE_SIZE,
            init=prepare,
            reset=_nothing_to_reset,
        ) as pool:
            app.state.pool = pool
            yield

    return Litestar([list_products], lifespan=[lifespan], openapi_config=None, logging_config=None)


async def _nothing_to_reset(connection: asyncpg.Connection) -> None:
    """The same favour that the application's pool has: a reset would be a second round trip."""
