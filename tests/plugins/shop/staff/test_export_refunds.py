"""What went back stands in the file of orders as it stands on each order's page."""

from __future__ import annotations

import csv
import io
import re
import uuid

import pytest

from nakamise.contracts.orders import RefundLine, RefundOrder
from nakamise.testing.fixtures import Drain
from nakamise_payments.seller_terms import Terms, save
from nakamise_shop.orders import lapsing
from nakamise_shop.orders.cancel import cancel_as_staff
from nakamise_shop.orders.refunding import refund
from nakamise_shop.orders.service import order_by_id
from tests.plugins.shop.orders.test_untaken import taken
from tests.plugins.shop.staff.office import API, PAGES, Office


async def given_back(office: Office, order_id: uuid.UUID) -> tuple[int, int, int]:
    """Of an order: in the file, in the API's list, and on the page."""
    file = (await office.browser.get(f"{PAGES}/orders/export.csv")).content.decode("utf-8-sig")
    told = {row["注文番号"]: int(row["返金額"]) for row in csv.DictReader(io.StringIO(file))}
    async with office.stall.ctx.read() as tx:
        header = (await order_by_id(office.stall.ctx, tx, order_id)).header
    listed = (await office.api.get(f"{API}/orders", params={"q": header.number})).json()["items"]
    return told[header.number], listed[0]["given_back"], header.given_back


@pytest.mark.req("LC-8.5.1", "CL-31")
async def test_the_file_says_what_went_back(office: Office, drain: Drain) -> None:
    ctx = office.stall.ctx
    cup = await office.stall.goods("honten", "湯呑", 1000, 9)
    _, [short] = await taken(office.stall, office.client_for, 1900, cup, pieces=2)
    async with ctx.begin() as tx:
        await save(tx, office.stall.shops["honten"], Terms())
    in_part, whole, unpaid = [
        (await office.order([(cup, 2)], name=name, paid=name != "三")).orders[0]
        for name in ("一", "二", "三")
    ]
    async with ctx.begin() as tx:
        lines = (RefundLine(line_no=1, qty=1),)
        await refund(ctx, tx, in_part.id, RefundOrder(idem=uuid.uuid4(), lines=lines))
    for one in (uuid.UUID(short["id"]), whole.id, unpaid.id):
        async with ctx.begin() as tx:
            await cancel_as_staff(ctx, tx, one, "欠品")
    assert await given_back(office, whole.id) == (2550, 2550, 2550), "on its way"
    await drain(office.stall.tenant)
    assert await given_back(office, in_part.id) == (1000, 1000, 1000)
    assert await given_back(office, whole.id) == (2550, 2550, 2550)
    assert await given_back(office, uuid.UUID(short["id"])) == (1900, 1900, 1900)
    assert await given_back(office, unpaid.id) == (0, 0, 0)


@pytest.mark.req("LC-8.5.1", "CL-31")
async def test_what_was_only_reserved_did_not_go_back(office: Office) -> None:
    """The badge says "not charged", and so do the amounts."""
    stall = office.stall
    cup = await stall.goods("honten", "湯呑", 1000, 9)
    async with stall.ctx.begin() as tx:
        await save(tx, stall.shops["honten"], Terms("manual", "cancel"))
    cancelled, lapsed = [await office.order([(cup, 2)]) for _ in range(2)]
    async with stall.ctx.begin() as tx:
        await cancel_as_staff(stall.ctx, tx, cancelled.orders[0].id, "欠品")
    async with stall.ctx.begin() as tx:
        await lapsing.lapse(stall.ctx, tx, lapsed.purchase_id)
    for order in (cancelled.orders[0], lapsed.orders[0]):
        assert await given_back(office, order.id) == (0, 0, 0)
        page = (await office.browser.get(f"{PAGES}/orders/{order.id}")).text
        rows = re.findall(r'data-row="(refunded|untaken|left)"><dt>[^<]*</dt><dd>([^<]*)<', page)
        assert rows == [("untaken", "-¥2,550"), ("left", "¥0")]
