"""One brand's store: nothing on the site says that it could be a mall."""

from __future__ import annotations

import pytest

from nakamise.admin.site import service
from nakamise.testing.fixtures import ClientFor, CtxFor, MakeTenant


@pytest.mark.req("GL-23")
async def test_shops_are_neither_listed_nor_led_to(
    make_tenant: MakeTenant, client: ClientFor, ctx_for: CtxFor
) -> None:
    tenant = await make_tenant(plugins=("shop",))
    browser = client(tenant)
    before = (await browser.get("/")).text
    assert 'href="/shop/shops"' in before
    await service.save(ctx_for(tenant), {"single_brand": True}, None)
    after = (await browser.get("/")).text
    assert 'href="/shop/shops"' not in after
    assert 'href="/shop/products"' in after
