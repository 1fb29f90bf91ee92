"""The floor under a batch: PostgreSQL alone, given the finished rows of 200 orders by COPY, one transaction each time.

Nothing is read, checked against carts or counted: tables with the same columns, indices and checks, without foreign
keys, take rows that were written before. No program that leaves these rows can be faster on the same server.
"""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Sequence
from typing import Final

import asyncpg

from nakamise.plugin.context import Tenant
from nakamise.settings import Settings
from nakamise.tenancy.owner import owner_connection

AT_ONCE: Final = 200
COPIES: Final = "bench_copies"
_ORDERS: Final = "SELECT o.id FROM {s}.shop_order o ORDER BY o.number DESC LIMIT {n} OFFSET {at}"
_PURCHASES: Final = "SELECT o.purchase_id FROM {s}.shop_order o WHERE o.id IN ({orders})"
# What one order leaves behind, and how its rows are found.
_TABLES: Final = {
    "shop_purchase": "id IN ({purchases})",
    "shop_idempotency": "(actor_id, key) IN (SELECT buyer_id, idem FROM {s}.shop_purchase WHERE id IN ({purchases}))",
    "shop_order": "id IN ({orders})",
    "shop_order_line": "order_id IN ({orders})",
    "shop_order_event": "order_id IN ({orders})",
    "payments_op": "subject IN ({purchases})",
}


async def per_second(settings: Settings, tenant: Tenant, batches: int = 5) -> float:
    """Orders per second, the median of ``batches``; as many orders times ``AT_ONCE`` must be there already."""
    async with owner_connection(settings) as connection:
        await connection.execute(f"DROP SCHEMA IF EXISTS {COPIES} CASCADE; CREATE SCHEMA {COPIES}")
        for table in _TABLES:
            await connection.execute(
                f"CREATE TABLE {COPIES}.{table} (LIKE {tenant.schema}.{table} INCLUDING ALL)"
            )
        slices = [await _rows(connection, tenant.schema, number * AT_ONCE) for number in range(batches)]
        rates = [AT_ONCE / await _write(connection, rows) for rows in slices]
        await connection.execute(f"DROP SCHEMA {COPIES} CASCADE")
    return statistics.median(rates)


async def _rows(connection: asyncpg.Connection, schema: str, at: int) -> Sequence[tuple[str, bytes]]:
    """Of ``AT_ONCE`` orders, as COPY writes them."""
    orders = _ORDERS.format(s=schema, n=AT_ONCE, at=at)
    purchases = _PURCHASES.format(s=schema, orders=orders)
    found = []
    for table, where in _TABLES.items():
        condition = where.format(s=schema, orders=orders, purchases=purchases)
        sink = io.BytesIO()
        query = f"SELECT * FROM {schema}.{table} WHERE {condition}"
        await connection.copy_from_query(query, output=sink, format="binary")
        found.append((table, sink.getvalue()))
    return found


async def _write(connection: asyncpg.Connection, rows: Sequence[tuple[str, bytes]]) -> float:
    began = time.perf_counter()
    async with connection.transaction():
        for table, data in rows:
            await connection.copy_to_table(
                table, schema_name=COPIES, source=io.BytesIO(data), format="binary"
            )
    return time.perf_counter() - began
