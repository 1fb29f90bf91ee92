"""A buyer who cancels instead of paying at a till still holds the numbers for it."""

from __future__ import annotations

import uuid

import pytest

from nakamise.testing.fixtures import Drain
from tests.plugins.payments.scene import Scene

SAID = "コンビニのお支払い番号は無効になりました"


@pytest.mark.req("CL-17", "BX-16")
@pytest.mark.parametrize(("way", "told"), [("payments_sandbox:konbini", 1), (None, 0)])
async def test_who_cancels_is_told_that_the_numbers_are_void(
    scene: Scene, drain: Drain, way: str | None, told: int
) -> None:
    purchase = await scene.paid("konbini", way) if way else await scene.placed(None, 1)
    cookie = {"Cookie": f"sid={await scene.stall.browser_session(scene.buyer)}"}
    number = str(await scene.stall.value("SELECT number FROM shop_order WHERE purchase_id = $1", uuid.UUID(purchase)))  # fmt: skip
    page = f"/shop/orders/{number}"
    assert SAID not in (await scene.client.get(page, headers=cookie)).text
    headers = {**scene.buyer.headers, "Idempotency-Key": uuid.uuid4().hex}
    answer = await scene.client.post(f"/api{page}/cancel", headers=headers)
    assert answer.is_success, answer.text
    await drain(scene.stall.tenant)
    assert (await scene.client.get(page, headers=cookie)).text.count(SAID) == told
    mail = await scene.stall.value("SELECT text_body FROM core_mail WHERE subject LIKE '%キャンセル%'")
    assert str(mail).count(SAID) == told
