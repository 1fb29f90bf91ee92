"""The steps of staff who send parcels and take goods back, and of buyers who ask for that."""

from __future__ import annotations

import re
from typing import Final

from tests.e2e.visitor import Visitor

TRACKING: Final = "123456789013"  # its check digit is right


async def deliver(staff: Visitor, number: str) -> None:
    """All lines in one parcel, which arrives."""
    await staff.go(f"/admin/shop/orders?q={number}")
    await staff.submit(staff.page.get_by_role("link", name=number))
    await staff.submit(staff.page.get_by_role("button", name=re.compile("処理を開始|処理中にする")))
    await staff.page.get_by_label(re.compile("追跡番号|送り状番号")).fill(TRACKING)
    await staff.submit(staff.page.get_by_role("button", name=re.compile("^発送(する)?$")))
    await staff.submit(staff.page.get_by_role("button", name="配達済みにする"))


async def ask_back(buyer: Visitor, number: str, *, line: int, words: str = "箱がへこんでいました") -> None:
    """One unit of a line, because it is faulty."""
    await buyer.go(f"/shop/orders/{number}")
    await buyer.submit(buyer.page.get_by_role("link", name="返品・交換を申請"))
    await buyer.page.locator(f"input[name=qty_{line}]").fill("1")
    await buyer.press(buyer.page.get_by_label("不良・破損"))
    await buyer.page.locator("textarea[name=words]").fill(words)
    await buyer.submit(buyer.page.get_by_role("button", name="申請する"))


async def settle(staff: Visitor, number: str) -> str:
    """Approved, arrived, paid back; the amount as the page says it."""
    await staff.go("/admin/returns?state=requested")
    await staff.submit(staff.page.locator("tr", has_text=number).get_by_role("link"))
    for step in ("返品を承認", "到着を記録"):
        await staff.submit(staff.page.get_by_role("button", name=step, exact=True))
    await staff.press(staff.page.get_by_role("button", name="返金", exact=True))
    await staff.submit(staff.page.get_by_role("dialog").get_by_role("button", name="返金する"))
    await staff.sees("返金済み")
    amount = staff.page.locator("dt", has_text="返金額").locator("xpath=following-sibling::dd")
    return str(await amount.text_content())
