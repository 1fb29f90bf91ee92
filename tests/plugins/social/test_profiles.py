"""The public page of a broadcaster, and its address."""

from __future__ import annotations

import httpx
import pytest

from nakamise.testing.fixtures import ClientFor, CtxFor, MakeTenant
from nakamise.testing.people import Person
from nakamise.web import short_date
from tests.plugins.livestream.stage import Stage, act, ok, on_air
from tests.plugins.shop.stall import Stall
from tests.plugins.social.acts import API, broadcaster_id, path_of, suspend


@pytest.mark.req("LC-2.4.1", "LC-2.4.2", "LC-2.4.4")
async def test_a_profile_shows_real_numbers(stage: Stage, presenter: Person) -> None:
    made = await on_air(presenter)
    path = f"/social/{await broadcaster_id(presenter)}"
    guest = stage.client_for(stage.tenant)
    page = (await guest.get(path)).text
    assert path_of(made) in page
    assert "配信中です。視聴する" in page
    assert "これまでの配信" not in page
    await ok(await act(presenter, made, "end"))
    page = (await guest.get(path)).text
    assert "配信中です。視聴する" not in page
    assert path_of(made) in page.partition("これまでの配信")[2]
    found = await ok(await guest.get(f"/api{path.replace('/social/', '/social/profiles/')}"))
    assert (found["broadcaster"]["broadcasts"], found["shop"]) == (1, None)
    assert short_date(stage.ctx.now(), "ja", "Asia/Tokyo") in page
    assert "ショップを見る" not in page
    assert "承認済みの配信者" in page


@pytest.mark.req("LC-2.4.1")
async def test_nobody_sees_who_is_not_approved(stage: Stage, presenter: Person) -> None:
    id_ = await broadcaster_id(presenter)
    guest = stage.client_for(stage.tenant)
    assert (await guest.get(f"/social/{id_}")).status_code == httpx.codes.OK
    await suspend(stage, presenter)
    for path in (f"/social/{id_}", f"{API}/profiles/{id_}", "/social/nobody", f"{API}/profiles/nobody"):
        assert (await guest.get(path)).status_code == httpx.codes.NOT_FOUND, path


async def test_an_address_of_one_s_own(stage: Stage, presenter: Person) -> None:
    other = await stage.host("夏美")
    assert (await ok(await presenter.client.put(f"{API}/address", json={"handle": "haruka"}))) == {
        "path": "/social/haruka"
    }
    guest = stage.client_for(stage.tenant)
    assert (await guest.get("/social/haruka")).status_code == httpx.codes.OK
    for handle in ("haruka", "following", "x", "Ha Ru", "春香"):
        refused = await other.client.put(f"{API}/address", json={"handle": handle})
        assert refused.status_code in (400, 422), handle
    form = await other.client.post("/social/address", data={"handle": "haruka"})
    assert form.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "このアドレスは使われています" in form.text


@pytest.mark.req("LC-2.4.4")
async def test_the_shop_of_a_broadcaster(make_tenant: MakeTenant, client: ClientFor, ctx_for: CtxFor) -> None:
    tenant = await make_tenant(plugins=("shop", "livestream", "social"))
    stage = Stage(tenant, ctx_for(tenant), client, ctx_for)
    presenter = await stage.host()
    stall = Stall(tenant, stage.ctx, ctx_for)
    await stall.shop("main", "M")
    path = f"/social/{await broadcaster_id(presenter)}"
    guest = client(tenant)
    assert "ショップを見る" not in (await guest.get(path)).text
    await stall.goods("main", "美容液", 1980, 3)
    page = (await guest.get(path)).text
    assert "ショップを見る" in page
    assert 'href="/shop/shops/main"' in page
