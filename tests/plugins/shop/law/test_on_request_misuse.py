"""The form for what a notice keeps, as somebody uses it who means no good, and what becomes of who asked."""

from __future__ import annotations

import pytest

from nakamise.testing.fixtures import ClientFor, CtxFor, MakeTenant
from nakamise_shop import privacy
from nakamise_shop.on_request import limits
from tests.plugins.shop.law.test_on_request import ASKS, FULL, NOTICE, change, keep_both
from tests.plugins.shop.staff.office import API, Office, grant, open_office
from tests.plugins.shop.stall import open_stall

LOG = "SELECT array_agg(email ORDER BY created_at) FROM shop_notice_request"


@pytest.fixture
async def office(make_tenant: MakeTenant, ctx_for: CtxFor, client: ClientFor) -> Office:
    opened = await open_office(await open_stall(make_tenant, ctx_for), client)
    await keep_both(opened)
    return opened


@pytest.mark.req("BX-14")
async def test_one_mailbox_has_one_spelling(office: Office) -> None:
    """The limit of an address is not passed by writing it another way: mail servers take these for the same."""
    spellings = (
        "victim@example.com",
        "victim@ｅxample.com",
        "ＶＩＣＴＩＭ@example．com",
        "Victim@EXAMPLE.com",
    )
    told = [(await office.guest.post(ASKS, json={"email": one})).status_code for one in spellings]
    assert told == [202] * limits.ADDRESS_MAX + [429]
    kept = await office.stall.value(LOG)
    assert kept == ["victim@example.com", "victim@example.com", "VICTIM@example.com"]
    # Soft hyphens, dots that are none and the root's own dot would be the same mailbox too.
    for one in ("victim@exam\u00adple.com", "victim@example。com", "victim@example.com.", "victim@localhost"):
        answer = await office.guest.post(ASKS, json={"email": one})
        assert (answer.status_code, list(answer.json()["errors"])) == (422, ["email"]), one


@pytest.mark.req("BX-14")
@pytest.mark.parametrize("field", ["email", "name"])
async def test_what_no_database_keeps_is_refused_at_its_field(office: Office, field: str) -> None:
    given = {"email": "a@example.com", "name": "花子"}
    given[field] += "\0"
    answer = await office.guest.post(ASKS, json=given)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
    page = await office.guest.post(NOTICE, data=given)
    assert (page.status_code, f'href="#f-{field}"' in page.text) == (422, True)
    assert await office.stall.value("SELECT count(*) FROM shop_notice_try") == 0


@pytest.mark.req("BX-14")
async def test_what_is_empty_by_now_is_not_sent_again(office: Office) -> None:
    """A shop that is closed may empty its notice; who asked before then cannot be told by mail."""
    assert (await office.guest.post(ASKS, json={"email": "a@example.com"})).status_code == 202
    async with office.stall.ctx.begin() as tx:
        await tx.execute("UPDATE core_mail SET state = 'failed'")
        await tx.execute("UPDATE shop_shop SET state = 'suspended'")
    rest = {name: text for name, text in FULL.items() if not name.startswith(("address", "phone"))}
    assert (await change(office, legal=rest)).status_code == 200
    [row] = (await office.api.get(f"{API}/notice-requests")).json()["items"]
    again = await office.api.post(f"{API}/notice-requests/{row['id']}/again")
    assert (again.status_code, again.json()["code"]) == (409, "nothing_kept")
    assert (await office.api.post(f"{API}/notice-requests/{row['id']}/helped")).status_code == 200


@pytest.mark.req("BX-14")
async def test_whoever_is_erased_is_forgotten_here_too(office: Office) -> None:
    """By the site's own act, which makes the account a pseudonym."""
    buyer, boss = await office.stall.buyer(), await office.stall.buyer("店主")
    await grant(office.stall, boss, "admin")
    for email in (buyer.email, "other@example.com"):
        asked = await office.guest.post(ASKS, json={"email": email, "name": "花子"})
        assert asked.status_code == 202
    at = f"/api/core/users/{buyer.id}"
    copy = await office.guest.post(f"{at}/export", headers=boss.headers)
    assert copy.status_code == 200, copy.text
    erased = await office.guest.post(f"{at}/erase", json={"confirm": buyer.email}, headers=boss.headers)
    assert erased.status_code in (200, 204), erased.text
    assert await office.stall.value(LOG) == ["", "other@example.com"]


@pytest.mark.req("BX-14")
async def test_an_address_that_nobody_confirmed_is_nobodys_copy(office: Office) -> None:
    """An account can be made with anybody's address."""
    claims = await office.stall.buyer("成りすまし", verified=False)
    asked = await office.guest.post(ASKS, json={"email": claims.email, "name": "花子"})
    assert asked.status_code == 202
    async with office.stall.ctx.read() as tx:
        assert await privacy.export(office.stall.ctx, tx, claims.id) is None
