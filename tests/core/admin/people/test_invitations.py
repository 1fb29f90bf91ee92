"""Invitations: who may be invited, what the mail says, who may accept."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import httpx
import pytest

from nakamise.admin.people.invitations import invite_first_admin
from tests.core.accounts import PASSWORD, Site

JOIN = {"display_name": "はな", "password": PASSWORD, "password_again": PASSWORD, "terms": "1"}


def link_in(text: str) -> str:
    found = re.search(r"/invite/[A-Za-z0-9_-]{40,}", text)
    assert found is not None, text
    return found[0]


async def invited(site: Site, email: str, *roles: str) -> str:
    """The link that the mail brings."""
    admin = await site.logged_in_device(await site.user(roles=("admin",)))
    answer = await admin.post("/api/core/invitations", json={"email": email, "roles": list(roles)})
    assert answer.status_code == 201, answer.text
    return link_in((await site.mails(email))[-1].text_body)


async def roles_of(site: Site, email: str) -> set[str]:
    async with site.ctx.read() as tx:
        return set(
            await tx.values(
                "SELECT role_id FROM core_user_role r JOIN core_user u ON u.id = r.user_id WHERE u.email = $1",
                email,
            )
        )


@pytest.mark.req("LC-10.4")
async def test_the_first_admin_of_a_tenant_gets_a_link(site: Site) -> None:
    async with site.ctx.begin() as tx:
        made = await invite_first_admin(tx, site.ctx, "first@example.com", "山田")
    mail = (await site.mails("first@example.com"))[-1]
    assert "山田" in mail.text_body
    assert made.url.endswith(link_in(mail.text_body))
    assert "nakamise" not in mail.html_body.lower()
    browser = site.browser()
    joined = await browser.post(link_in(mail.text_body), data=JOIN)
    assert joined.status_code == 303, joined.text
    assert (await browser.get("/admin")).status_code == 200
    assert await roles_of(site, "first@example.com") == {"admin"}


@pytest.mark.req("LC-10.3", "AR-03")
async def test_a_new_person_joins_with_the_link_once(site: Site) -> None:
    link = await invited(site, "hana@example.com", "shop_staff")
    browser = site.browser()
    page = await browser.get(link)
    assert page.status_code == 200
    assert "hana@example.com" in page.text
    assert page.headers["referrer-policy"] == "same-origin"
    refused = await browser.post(link, data={**JOIN, "password_again": "another one 2026"})
    assert refused.status_code == 422
    assert (await browser.post(link, data=JOIN)).status_code == 303
    assert await roles_of(site, "hana@example.com") == {"shop_staff"}
    assert (await site.browser().get(link)).status_code == 410
    assert (await site.browser().post(link, data=JOIN)).status_code == 410


async def test_of_two_who_use_the_link_at_once_one_joins(site: Site) -> None:
    link = await invited(site, "race@example.com", "shop_staff")
    answers = await asyncio.gather(*(site.browser().post(link, data=JOIN) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [303, 410, 410, 410]


async def test_who_has_an_account_logs_in_and_accepts(site: Site) -> None:
    member = await site.user(email="member@example.com")
    link = await invited(site, member.email, "broadcaster")
    guest = site.browser()
    assert "/login?next=" in (await guest.get(link)).text
    refused = await guest.post(link, data=JOIN)
    assert refused.status_code == 303
    assert await roles_of(site, member.email) == set()
    browser = await site.logged_in(member)
    assert (await browser.post(f"{link}/accept")).status_code == 303
    assert await roles_of(site, member.email) == {"broadcaster"}


async def test_somebody_else_cannot_accept(site: Site) -> None:
    await site.user(email="right@example.com")
    link = await invited(site, "right@example.com", "admin")
    thief = await site.logged_in(await site.user())
    assert (await thief.post(f"{link}/accept")).status_code == 403
    # The refused try did not use it up.
    assert (await site.browser().get(link)).status_code == 200


async def test_an_account_that_was_never_confirmed_is_taken_over_by_the_owner_of_the_mail(site: Site) -> None:
    squatter = await site.user(email="squat@example.com", verified=False)
    session = await site.logged_in(squatter)
    link = await invited(site, squatter.email, "shop_staff")
    joined = await site.browser().post(
        link, data={**JOIN, "password": "new lantern 77", "password_again": "new lantern 77"}
    )
    assert joined.status_code == 303, joined.text
    assert (await session.get("/account")).status_code == 303
    old = await site.browser().post("/login", data={"email": squatter.email, "password": PASSWORD})
    assert old.status_code == 422


async def test_a_link_runs_out_after_seven_days_and_can_be_sent_again(site: Site) -> None:
    link = await invited(site, "late@example.com", "shop_staff")
    site.clock.advance(timedelta(days=7, seconds=1))
    assert (await site.browser().get(link)).status_code == 410
    admin = await site.logged_in_device(await site.user(roles=("admin",)))
    (waiting,) = (await admin.get("/api/core/invitations")).json()
    assert waiting["is_expired"]
    again = await admin.post(f"/api/core/invitations/{waiting['id']}/resend")
    assert not again.json()["is_expired"]
    fresh = link_in((await site.mails("late@example.com"))[-1].text_body)
    assert fresh != link
    assert (await site.browser().get(link)).status_code == 410
    assert (await site.browser().post(fresh, data=JOIN)).status_code == 303


async def test_a_withdrawn_invitation_is_dead(site: Site) -> None:
    link = await invited(site, "gone@example.com", "shop_staff")
    admin = await site.logged_in_device(await site.user(roles=("admin",)))
    (waiting,) = (await admin.get("/api/core/invitations")).json()
    assert (await admin.delete(f"/api/core/invitations/{waiting['id']}")).status_code == 204
    assert (await site.browser().post(link, data=JOIN)).status_code == 410
    assert (await admin.get("/api/core/invitations")).json() == []


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"email": "nonsense", "roles": ["admin"]}, 422, "invalid"),
        ({"email": "a@example.com", "roles": []}, 422, "invalid"),
        ({"email": "a@example.com", "roles": ["no_such"]}, 404, "not_found"),
        ({"email": "a@example.com", "roles": ["admin"], "message": "x" * 501}, 422, "invalid"),
    ],
)
async def test_what_cannot_be_invited(site: Site, body: dict[str, object], status: int, code: str) -> None:
    admin = await site.logged_in_device(await site.user(roles=("admin",)))
    answer = await admin.post("/api/core/invitations", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_staff_and_the_invited_are_not_invited_again(site: Site) -> None:
    await invited(site, "twice@example.com", "shop_staff")
    admin = await site.logged_in_device(await site.user(roles=("admin",)))

    async def again(email: str) -> httpx.Response:
        return await admin.post("/api/core/invitations", json={"email": email, "roles": ["admin"]})

    staff = await site.user(roles=("shop_staff",))
    assert (await again("TWICE@example.com")).json()["code"] == "is_invited"
    assert (await again(staff.email)).json()["code"] == "is_staff"


async def test_nobody_invites_beyond_their_own_rights(site: Site) -> None:
    async with site.ctx.begin() as tx:
        await tx.execute("INSERT INTO core_role (id, label) VALUES ('people_only', '人事')")
        await tx.execute(
            "INSERT INTO core_role_permission (role_id, permission) VALUES"
            " ('people_only', 'core.users.manage'), ('people_only', 'core.users.read'), ('people_only', 'core.admin')"
        )
    clerk = await site.logged_in_device(await site.user(roles=("people_only",)))
    answer = await clerk.post("/api/core/invitations", json={"email": "x@example.com", "roles": ["admin"]})
    assert (answer.status_code, answer.json()["code"]) == (403, "beyond_own_rights")
    fine = await clerk.post(
        "/api/core/invitations", json={"email": "x@example.com", "roles": ["people_only"]}
    )
    assert fine.status_code == 201
    async with site.ctx.begin() as tx:
        await tx.execute("DELETE FROM core_role WHERE id = 'people_only'")


async def test_another_tenant_does_not_know_the_link(site: Site, other_site: Site) -> None:
    link = await invited(site, "mine@example.com", "admin")
    assert (await other_site.browser().get(link)).status_code == 410
    assert (await other_site.browser().post(link, data=JOIN)).status_code == 410
