"""Authorisations that end: each for itself."""

from __future__ import annotations

import logging
import uuid

import pytest

from nakamise.testing.fixtures import Drain
from nakamise_payments import watching
from nakamise_payments.watching import watch
from tests.plugins.payments.scene import Scene


@pytest.mark.req("CL-31")
@pytest.mark.parametrize("batch", [1, 100])
async def test_one_that_cannot_end_keeps_no_other_waiting(
    scene: Scene, drain: Drain, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, batch: int
) -> None:
    """The first cannot be let go, for the stock's books are wrong; the second was to be taken in its last hour."""
    monkeypatch.setattr(watching, "BATCH", batch, raising=False)
    await scene.hold_manually()
    broken, good = await scene.paid(), await scene.paid()
    await drain(scene.stall.tenant)
    for purchase, minutes, at_expiry in ((broken, 50, "cancel"), (good, 60, "capture")):
        await scene.execute(
            "UPDATE payments_op SET capture_before = now() + $2 * interval '1 minute', at_expiry = $3"
            " WHERE subject = $1",
            *(uuid.UUID(purchase), minutes, at_expiry),
        )
    reserved = "UPDATE shop_stock SET reserved = $2 WHERE variant_id = $1"
    await scene.execute(reserved, scene.goods, 0)
    with caplog.at_level(logging.ERROR, "nakamise.payments"):
        await watch(scene.stall.ctx)
    state = "SELECT state FROM payments_op WHERE subject = $1 AND kind = 'charge'"
    assert await scene.stall.value(state, uuid.UUID(good)) == "succeeded"
    charge = await scene.charge_of(broken)
    assert f"the authorisation {charge} cannot be ended" in caplog.text
    await scene.execute(reserved, scene.goods, 2)
    await watch(scene.stall.ctx)
    assert await scene.states(broken) == ("cancelled", "cancelled")
    await drain(scene.stall.tenant)
