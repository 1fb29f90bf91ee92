"""Password, address and sessions of a signed-in user."""

from __future__ import annotations

import re

import pytest

from tests.core.accounts import PASSWORD, Site

NEW = "another horse 2027"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"


async def test_changing_the_password_ends_the_other_sessions(site: Site) -> None:
    user = await site.user()
    here, elsewhere = await site.logged_in(user), await site.logged_in(user)
    device = await site.logged_in_device(user)
    data = {"current_password": PASSWORD, "password": NEW, "password_again": NEW}
    assert (await here.post("/account/security/password", data=data)).status_code == 303
    assert (await here.get("/account")).status_code == 200
    assert (await elsewhere.get("/account")).status_code == 303
    assert (await device.get("/api/account")).status_code == 401
    assert "変更されました" in (await site.mails(user.email))[-1].subject
    assert "account.password_changed" in await site.acts(user.id)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("password-current", {"current_password": "wrong"}),
        ("password-new", {"password": "short", "password_again": "short"}),
        ("password-again", {"password_again": "different 2027"}),
    ],
)
async def test_a_refused_change_changes_nothing(site: Site, field: str, changes: dict[str, str]) -> None:
    user = await site.user()
    browser = await site.logged_in(user)
    data = {"current_password": PASSWORD, "password": NEW, "password_again": NEW, **changes}
    answer = await browser.post("/account/security/password", data=data)
    assert answer.status_code == 422
    assert f'id="f-{field}-error"' in answer.text
    await site.logged_in(user)


async def test_guessing_the_password_in_a_stolen_session_is_braked(site: Site) -> None:
    browser = await site.logged_in(await site.user())
    data = {"current_password": "wrong", "password": NEW, "password_again": NEW}
    codes = [(await browser.post("/account/security/password", data=data)).status_code for _ in range(6)]
    assert codes == [422] * 5 + [429]


async def test_a_new_address_is_in_force_once_it_is_confirmed(site: Site) -> None:
    user = await site.user()
    browser = await site.logged_in(user)
    data = {"email": "New@example.com", "current_password": PASSWORD}
    assert (await browser.post("/account/security/email", data=data)).status_code == 303
    assert user.email in (await browser.get("/account")).text
    [mail] = await site.mails("New@example.com")
    assert (await browser.post("/verify", data={"token": mail.token})).headers[
        "location"
    ] == "/account/security"
    assert "New@example.com" in (await browser.get("/account")).text
    assert "変更されました" in (await site.mails(user.email))[-1].subject
    answer = await site.browser().post("/login", data={"email": "new@EXAMPLE.com", "password": PASSWORD})
    assert answer.status_code == 303


async def test_the_address_of_another_user_is_neither_told_nor_taken(site: Site) -> None:
    user, other = await site.user(), await site.user()
    browser = await site.logged_in(user)
    taken = await browser.post(
        "/account/security/email", data={"email": other.email, "current_password": PASSWORD}
    )
    free = await browser.post(
        "/account/security/email", data={"email": "x@example.com", "current_password": PASSWORD}
    )
    assert (taken.status_code, taken.headers["location"]) == (free.status_code, free.headers["location"])
    [hint] = await site.mails(other.email)
    assert "token=" not in hint.text_body


async def test_an_address_that_was_taken_meanwhile_stays_its_owners(site: Site) -> None:
    user = await site.user()
    browser = await site.logged_in(user)
    await browser.post(
        "/account/security/email", data={"email": "race@example.com", "current_password": PASSWORD}
    )
    [mail] = await site.mails("race@example.com")
    await site.user(email="race@example.com")
    assert (await browser.post("/verify", data={"token": mail.token})).status_code == 410
    assert user.email in (await browser.get("/account")).text


async def test_sessions_are_listed_and_ended_one_by_one(site: Site) -> None:
    user = await site.user()
    here, other = await site.logged_in(user), site.browser()
    await other.post(
        "/login", data={"email": user.email, "password": PASSWORD}, headers={"User-Agent": CHROME}
    )
    page = (await here.get("/account/security")).text
    assert "Chrome · Windows" in page
    [path] = re.findall(r'action="(/account/security/sessions/[0-9a-f-]+/end)"', page)
    assert (await here.post(path)).status_code == 303
    assert (await other.get("/account")).status_code == 303
    assert (await here.post(path)).status_code == 404


async def test_all_other_sessions_end_at_once(site: Site) -> None:
    user = await site.user()
    here, others = await site.logged_in(user), [await site.logged_in(user) for _ in range(3)]
    assert (await here.post("/account/security/sessions/end-others")).status_code == 303
    assert (await here.get("/account")).status_code == 200
    assert [(await other.get("/account")).status_code for other in others] == [303] * 3


async def test_nobody_ends_the_session_of_another(site: Site) -> None:
    user, other = await site.user(), await site.user()
    victim = await site.logged_in_device(other)
    [session] = (await victim.get("/api/account/sessions")).json()
    assert session["is_current"]
    attacker = await site.logged_in_device(user)
    assert (await attacker.delete(f"/api/account/sessions/{session['id']}")).status_code == 404
    assert (await victim.get("/api/account/sessions")).status_code == 200


async def test_password_address_and_sessions_as_json(site: Site) -> None:
    user = await site.user()
    device, other = await site.logged_in_device(user), await site.logged_in_device(user)
    assert (await device.post("/api/account/sessions/end-others")).json() == {"count": 1}
    assert (await other.get("/api/account")).status_code == 401
    email = {"email": "j@example.com", "current_password": PASSWORD}
    assert (await device.post("/api/account/email", json=email)).status_code == 202
    wrong = {"current_password": "wrong", "password": NEW, "password_again": NEW}
    refused = await device.post("/api/account/password", json=wrong)
    assert (refused.status_code, refused.json()["errors"]) == (
        422,
        {"current_password": "The password is not right."},
    )
    assert (
        await device.post("/api/account/password", json={**wrong, "current_password": PASSWORD})
    ).status_code == 204
