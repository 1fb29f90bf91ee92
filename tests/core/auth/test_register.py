"""Becoming a user and confirming the address."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
import pytest

from tests.core.accounts import PASSWORD, Site


def form(**changes: str) -> dict[str, str]:
    return {
        "display_name": "はな",
        "email": "hana@example.com",
        "password": PASSWORD,
        "password_again": PASSWORD,
        "terms": "1",
        **changes,
    }


def blank(page: str, email: str) -> str:
    return re.sub(r'nonce="[^"]*"', "", page).replace(email, "")


async def register(site: Site, **changes: str) -> httpx.Response:
    return await site.browser().post("/register", data=form(**changes))


@pytest.mark.req("LC-1.2.1")
@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("password", {"password": "seven7!", "password_again": "seven7!"}),
        ("password", {"password": "        ", "password_again": "        "}),
        ("password", {"password": "password123", "password_again": "password123"}),
        ("password", {"password": "x" * 257, "password_again": "x" * 257}),
        ("password", {"password": "hana@example.com", "password_again": "hana@example.com"}),
        ("password_again", {"password_again": "another one 2026"}),
        ("email", {"email": "hana.example.com"}),
        ("email", {"email": "hana@localhost"}),
        ("email", {"email": ""}),
        ("display_name", {"display_name": ""}),
        ("display_name", {"display_name": "あ" * 41}),
        ("terms", {"terms": ""}),
    ],
)
async def test_a_wrong_field_is_named_and_the_rest_is_kept(
    site: Site, field: str, changes: dict[str, str]
) -> None:
    answer = await register(site, **changes)
    assert answer.status_code == 422
    assert f'id="f-{field}-error"' in answer.text
    if field != "display_name":
        assert 'value="はな"' in answer.text
    assert PASSWORD not in answer.text
    async with site.ctx.read() as tx:
        assert await tx.value("SELECT count(*) FROM core_user") == 0


@pytest.mark.req("LC-1.2.1")
async def test_all_wrong_fields_are_named_at_once(site: Site) -> None:
    answer = await site.browser().post("/register", data={"password": "short"})
    for field in ("display_name", "email", "password", "password_again", "terms"):
        assert f'id="f-{field}-error"' in answer.text


@pytest.mark.req("LC-1.2.2", "LC-1.2.5")
async def test_the_mail_confirms_the_address_once(site: Site) -> None:
    async with site.ctx.begin() as tx:
        await tx.execute(
            "INSERT INTO core_page (slug, locale, title, body, version) VALUES ('terms', 'ja', '規約', 'x', 3)"
        )
    assert (await register(site)).status_code == 200
    [mail] = await site.mails("hana@example.com")
    assert site.tenant.name in mail.html_body
    assert f"{site.runtime.directory.base_url(site.tenant)}/verify?token=" in mail.text_body
    browser = site.browser()
    looked_at = await browser.get("/verify", params={"token": mail.token})
    assert looked_at.status_code == 200
    assert (await browser.post("/verify", data={"token": mail.token})).headers["location"] == "/account"
    assert (await browser.post("/verify", data={"token": mail.token})).status_code == 410
    assert (await browser.get("/verify", params={"token": mail.token})).status_code == 410
    async with site.ctx.read() as tx:
        assert await tx.value("SELECT email_verified_at IS NOT NULL FROM core_user")
        assert await tx.value("SELECT terms_version FROM core_user") == "3"
        assert await tx.value("SELECT terms_accepted_at FROM core_user") == site.clock.now()


@pytest.mark.req("LC-1.2.2")
async def test_the_link_dies_after_a_day_and_can_be_sent_again(site: Site) -> None:
    await register(site)
    [first] = await site.mails("hana@example.com")
    site.clock.advance(timedelta(hours=24))
    browser = site.browser()
    assert (await browser.post("/verify", data={"token": first.token})).status_code == 410
    await browser.post("/register/resend", data={"email": "hana@example.com"})
    second = (await site.mails("hana@example.com"))[-1]
    await browser.post("/register/resend", data={"email": "hana@example.com"})
    third = (await site.mails("hana@example.com"))[-1]
    assert len({first.token, second.token, third.token}) == 3
    assert (await browser.post("/verify", data={"token": second.token})).status_code == 410
    assert (await browser.post("/verify", data={"token": third.token})).status_code == 303


@pytest.mark.req("LC-1.2.3")
async def test_an_unconfirmed_user_may_look_but_is_told_why_not_more(site: Site) -> None:
    user = await site.user(verified=False)
    browser = await site.logged_in(user)
    assert "メールアドレスを確認してください" in (await browser.get("/account")).text
    answer = await browser.post("/account/addresses/new", data={})
    assert answer.status_code == 403
    assert "メールアドレス" in answer.text
    device = await site.logged_in_device(user)
    refused = await device.post("/api/account/addresses", json={})
    assert (refused.status_code, refused.json()["code"]) in ((403, "email_unverified"), (422, "invalid"))


@pytest.mark.req("LC-1.2.2")
async def test_an_unconfirmed_user_gets_the_mail_again_from_my_page(site: Site) -> None:
    user = await site.user(verified=False)
    browser = await site.logged_in(user)
    assert (await browser.post("/account/verify")).status_code == 303
    assert len(await site.mails(user.email)) == 1


@pytest.mark.req("LC-1.2.1")
async def test_registering_a_known_address_looks_like_a_new_one(site: Site) -> None:
    user = await site.user()
    known = await register(site, email=user.email)
    new = await register(site, email="new@example.com")
    assert known.status_code == new.status_code == 200
    assert blank(known.text, user.email) == blank(new.text, "new@example.com")
    [hint] = await site.mails(user.email)
    assert "token=" not in hint.text_body
    assert (
        await site.browser().post("/login", data={"email": user.email, "password": PASSWORD})
    ).status_code == 303


@pytest.mark.req("LC-1.2.1")
async def test_the_same_address_may_exist_in_another_tenant(site: Site, other_site: Site) -> None:
    for place in (site, other_site):
        await register(place)
        assert len(await place.mails("hana@example.com")) == 1
        async with place.ctx.read() as tx:
            assert await tx.value("SELECT count(*) FROM core_user") == 1


async def test_an_address_that_was_never_confirmed_belongs_to_whoever_registers_it_last(site: Site) -> None:
    squatter = "squatters own words"
    await register(site, password=squatter, password_again=squatter)
    early = site.browser()
    await early.post("/login", data={"email": "hana@example.com", "password": squatter})
    assert (await early.get("/account")).status_code == 200
    await register(site)
    assert (await early.get("/account")).status_code == 303
    mails = await site.mails("hana@example.com")
    assert (await early.post("/verify", data={"token": mails[0].token})).status_code == 410
    assert (await early.post("/verify", data={"token": mails[1].token})).status_code == 303
    again = await site.browser().post("/login", data={"email": "hana@example.com", "password": squatter})
    assert again.status_code == 422


async def test_mails_to_one_address_are_braked(site: Site) -> None:
    codes = [
        (await site.browser().post("/register/resend", data={"email": "hana@example.com"})).status_code
        for _ in range(4)
    ]
    assert codes == [200, 200, 200, 429]


@pytest.mark.req("LC-1.2.4")
async def test_the_registration_page_links_back_to_the_login(site: Site) -> None:
    page = (await site.browser().get("/register", params={"next": "/account"})).text
    assert "すでにアカウントをお持ちの方は" in page
    assert 'href="/login?next=/account"' in page


async def test_the_way_back_survives_the_mail(site: Site) -> None:
    await register(site, next="/account/addresses/new")
    [mail] = await site.mails("hana@example.com")
    done = await site.browser().post("/verify", data={"token": mail.token})
    assert done.headers["location"] == "/account/addresses/new"
