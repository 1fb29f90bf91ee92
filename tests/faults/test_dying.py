"""B2: death at every point between two effects of placing, paying, cancelling and refunding."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from nakamise.host.registry import PluginHost
from nakamise.settings import Settings
from nakamise_payments.reconciler import reconcile
from tests.faults import ground
from tests.faults.dying import Plan, die_everywhere, person_at_checkout
from tests.faults.size import ALL, sized
from tests.faults.test_crashes import settle_everything
from tests.plugins.invariants import broken

# Around the commits there are about 26 points, after each statement well over a hundred.
PEOPLE, STEP = sized((12, 5), (300, 1))


@pytest.mark.req("LC-4.2.7", "LC-4.2.10")
async def test_whoever_comes_after_a_death_ends_what_it_began(
    settings: Settings, host: PluginHost, tmp_path: Path
) -> None:
    async with ground.running(settings, host) as runtime:
        stall = await ground.stall_on(runtime, f"dying-{tmp_path.name[-8:].replace('_', '-')}")
        variant_id = await stall.goods("honten", "口紅", 1000, PEOPLE)
        people = []
        for _ in range(PEOPLE):
            buyer = await stall.buyer()
            await stall.fill_cart(buyer, [(variant_id, 1)])
            people.append(await person_at_checkout(stall.ctx_of(buyer), buyer.address_id))
        deaths = await die_everywhere(
            Plan(
                database_url=settings.database_url or "",
                secret_key=settings.secret_key.decode(),
                data_dir=str(tmp_path),
                tenant_id=stall.tenant.id,
                people=people,
                # Another sample each time.
                first=random.randint(1, STEP),
                step=STEP,
                each_statement=ALL,
            )
        )
        assert deaths >= sized(4, 26), "hardly anything was tried"
        await settle_everything(stall)
        assert await broken(stall.ctx) == {}
        [report] = await reconcile(stall.ctx)
        assert report.differences == []
        # The one after the last point met none, and went the same way.
        states = "SELECT count(*) FROM shop_order WHERE state = $1"
        refunded = await stall.value(states, "refunded")
        # Whoever died before the provider was asked was cancelled without money.
        cancelled = await stall.value(states, "cancelled")
        assert isinstance(refunded, int)
        assert isinstance(cancelled, int)
        assert refunded + cancelled == deaths + 1 == await stall.value("SELECT count(*) FROM shop_purchase")
        assert refunded >= deaths // 2
        transfers = "SELECT count(*) FROM payments_transfer WHERE kind = $1"
        assert await stall.value(transfers, "capture") == await stall.value(transfers, "refund") == refunded
        assert await stall.stock_of(variant_id) == (PEOPLE, 0)
