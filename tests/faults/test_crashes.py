"""kill -9 of the server and of PostgreSQL in the middle of checkouts, with clients that try again."""

from __future__ import annotations

import asyncio
import random
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from nakamise.embedded import EmbeddedPostgres
from nakamise.host.registry import PluginHost
from nakamise.settings import Settings
from nakamise.tenancy.owner import owner_connection
from nakamise.testing.drain import drain
from nakamise.testing.live import LiveServer
from nakamise.testing.server import throwaway_postgres
from nakamise_payments.reconciler import reconcile, settle_open
from tests.faults import ground
from tests.faults.size import sized
from tests.plugins.invariants import broken
from tests.plugins.shop.stall import Buyer, Stall

BUYERS = sized(36, 1200)
PIECES = sized(24, 1000)
# More than go straight: the others line up.
AT_ONCE = 8
PATIENCE_S = 90.0
KILLS = sized(("postgres", "server"), ("postgres", "server", "postgres") * 4)
# By chance, and each run by another.
BETWEEN_KILLS_S = (0.3, 1.5)
CARDS = ("tok_success", "tok_success", "tok_success", "tok_lost", "tok_declined")
# A hundred payments each, and a fifth of them were lost.
SETTLES = 2 + BUYERS // 100
# What a buyer is told when somebody was faster.
TOO_LATE = {"sold_out", "cart_trouble"}


class Shopper:
    """Buys one piece, and repeats each request with its own key until there is an answer."""

    def __init__(self, http: httpx.AsyncClient, buyer: Buyer, card: str, troubles: Counter[str]) -> None:
        self._http = http
        self._buyer = buyer
        self._card = card
        self._troubles = troubles
        self.placed: dict[str, Any] | None = None
        self.payment: dict[str, Any] | None = None
        self.refused = ""

    async def buy(self) -> None:
        address_id = str(self._buyer.address_id)
        seen = await self._answer("GET", f"?address_id={address_id}")
        if seen.status_code != 200:
            self.refused = seen.json()["code"]
            return
        body = {"address_id": address_id, "fingerprint": seen.json()["fingerprint"]}
        answer = await self._answer("POST", "", body)
        if answer.status_code != 201:
            self.refused = answer.json()["code"]
            return
        self.placed = answer.json()
        paid = await self._answer("POST", f"/{answer.json()['purchase_id']}/pay", {"token": self._card})
        assert paid.status_code == 200, paid.text
        self.payment = paid.json()

    async def _answer(self, method: str, path: str, body: object = None) -> httpx.Response:
        """The first answer that is not the server's own trouble."""
        headers = {**self._buyer.headers, "Idempotency-Key": uuid.uuid4().hex}
        url = f"/api/shop/checkout{path}"
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    answer = await self._http.request(method, url, json=body, headers=headers)
                except httpx.HTTPError as error:
                    self._troubles[type(error).__name__] += 1
                else:
                    if answer.status_code < 500 and answer.json().get("code") != "in_progress":
                        return answer
                    self._troubles[str(answer.status_code)] += 1
                await asyncio.sleep(0.1)


async def shoppers_for(
    stall: Stall, http: httpx.AsyncClient, troubles: Counter[str], buyers: int = BUYERS
) -> list[Shopper]:
    variant_id = await stall.goods("honten", "口紅", 1000, PIECES)
    found = []
    for number in range(buyers):
        buyer = await stall.buyer()
        await stall.fill_cart(buyer, [(variant_id, 1)])
        found.append(Shopper(http, buyer, CARDS[number % len(CARDS)], troubles))
    return found


async def shop_together(shoppers: list[Shopper]) -> None:
    """``AT_ONCE`` at a time."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(shopper: Shopper) -> None:
        async with turns:
            await shopper.buy()

    await asyncio.gather(*(one(shopper) for shopper in shoppers))


async def settle_everything(stall: Stall) -> None:
    """As if the reconciler had run for a while."""
    for _ in range(SETTLES):
        async with stall.ctx.begin() as tx:
            await tx.execute("UPDATE payments_op SET next_at = now() - interval '1 second'")
        await settle_open(stall.ctx)
    await drain(stall.ctx.runtime, stall.tenant)


@pytest.mark.req("LC-4.2.10", "LC-4.2.7")
async def test_nothing_is_lost_doubled_or_oversold(host: PluginHost, tmp_path: Path) -> None:
    troubles: Counter[str] = Counter()
    with throwaway_postgres() as postgres:
        settings = await ground.prepared(postgres, tmp_path)
        server = LiveServer(settings)
        async with ground.running(settings, host) as runtime:
            stall = await ground.stall_on(runtime, "crash")
            tenant_host = f"{stall.tenant.canonical_host}:{settings.port}"
            server.start()
            try:
                async with httpx.AsyncClient(
                    base_url=f"http://127.0.0.1:{settings.port}", headers={"Host": tenant_host}, timeout=10
                ) as http:
                    shoppers = await shoppers_for(stall, http, troubles)
                    shopping = asyncio.create_task(shop_together(shoppers))
                    victims: dict[str, EmbeddedPostgres | LiveServer] = {
                        "postgres": postgres,
                        "server": server,
                    }
                    for name in KILLS:
                        await asyncio.sleep(random.uniform(*BETWEEN_KILLS_S))
                        victims[name].kill()
                        await asyncio.to_thread(victims[name].start)
                    await shopping
            finally:
                server.kill()
        async with ground.running(settings, host) as after:
            await check(ground.on(after, stall.tenant), shoppers)
    assert troubles, "the kills hit nobody: the test proves nothing"


async def check(stall: Stall, shoppers: list[Shopper]) -> None:
    await settle_everything(stall)
    assert await broken(stall.ctx) == {}
    [report] = await reconcile(stall.ctx)
    assert report.differences == []
    placed = [shopper for shopper in shoppers if shopper.placed is not None]
    assert len(placed) == PIECES
    assert {shopper.refused for shopper in shoppers if shopper.placed is None} <= TOO_LATE
    await nothing_acknowledged_is_missing(stall, placed)


async def nothing_acknowledged_is_missing(stall: Stall, placed: list[Shopper]) -> None:
    told, numbers = await told_and_there(stall, placed)
    async with stall.ctx.read() as tx:
        paid = set(await tx.values("SELECT id FROM shop_purchase WHERE state = 'paid'"))
        transactions = await tx.value("SELECT count(DISTINCT placed_at) FROM shop_purchase")
    assert transactions < len(placed), "no batch was written: the kills hit single orders only"
    assert told == numbers
    for shopper in placed:
        if shopper.payment is not None and shopper.payment["state"] == "succeeded":
            assert uuid.UUID(shopper.payment["subject"]) in paid


async def told_and_there(stall: Stall, placed: list[Shopper]) -> tuple[list[str], list[str]]:
    """The numbers of orders that were acknowledged, and those of the orders that there are."""
    async with stall.ctx.read() as tx:
        numbers = await tx.values("SELECT number FROM shop_order ORDER BY number")
    return sorted(
        order["number"] for shopper in placed for order in (shopper.placed or {})["orders"]
    ), numbers


async def commits_without_waiting(settings: Settings) -> None:
    """From now on PostgreSQL acknowledges what is not in its log yet: a control."""
    async with owner_connection(settings) as owner:
        for setting in (
            "synchronous_commit = off",
            "wal_writer_delay = '10s'",
            "wal_writer_flush_after = '1GB'",
        ):
            await owner.execute(f"ALTER SYSTEM SET {setting}")
        await owner.execute("SELECT pg_reload_conf()")
    await asyncio.sleep(1)  # until every session has heard of it


@pytest.mark.req("LC-4.2.10", "LC-4.2.7")
async def test_without_synchronous_commits_what_was_acknowledged_is_missing(
    host: PluginHost, tmp_path: Path
) -> None:
    """The control: the same shoppers and the same kill, of a PostgreSQL that answers before it has written."""
    troubles: Counter[str] = Counter()
    with throwaway_postgres() as postgres:
        settings = await ground.prepared(postgres, tmp_path)
        server = LiveServer(settings)
        async with ground.running(settings, host) as runtime:
            stall = await ground.stall_on(runtime, "crash")
            tenant_host = f"{stall.tenant.canonical_host}:{settings.port}"
            server.start()
            try:
                async with httpx.AsyncClient(
                    base_url=f"http://127.0.0.1:{settings.port}", headers={"Host": tenant_host}, timeout=10
                ) as http:
                    shoppers = await shoppers_for(stall, http, troubles, AT_ONCE)
                    await commits_without_waiting(settings)
                    await shop_together(shoppers)
                    postgres.kill()
            finally:
                server.kill()
            await asyncio.to_thread(postgres.start)
        async with ground.running(settings, host) as after:
            told, there = await told_and_there(ground.on(after, stall.tenant), shoppers)
    assert len(told) == AT_ONCE, troubles
    assert len(there) < len(told), "acknowledged, and lost"
