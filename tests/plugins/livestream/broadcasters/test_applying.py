"""From an application to a decision."""

from __future__ import annotations

import pytest

from nakamise.contracts.live import LiveBroadcasters
from nakamise.testing.fixtures import Drain
from nakamise.testing.people import Person
from tests.plugins.livestream.stage import API, Stage, apply, ok, on_air, planned, read

STAFF = f"{API}/staff/broadcasters"


async def decide(admin: Person, broadcaster_id: str, verb: str, **body: object) -> dict[str, object]:
    found: dict[str, object] = await ok(
        await admin.client.post(f"{STAFF}/{broadcaster_id}/{verb}", json=body)
    )
    return found


@pytest.mark.req("LC-7.0.1", "LC-7.1.1")
async def test_an_application_waits_and_is_not_sent_twice(
    stage: Stage, viewer: Person, admin: Person
) -> None:
    assert (await viewer.client.get(f"{API}/broadcaster")).status_code == 404
    made = await ok(await apply(viewer, bio="美容部員です。"))
    assert (made["state"], made["bio"]) == ("pending", "美容部員です。")
    again = await apply(viewer)
    assert (again.status_code, again.json()["code"]) == (409, "pending")
    assert again.json()["detail"] == "申請を確認しています。結果はメールでお知らせします。"
    (mail,) = await stage.mails(admin)
    assert "春香" in mail.subject


@pytest.mark.req("LC-7.0.1")
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "あ" * 41}, "name"),
        ({"motive": ""}, "motive"),
        ({"bio": "あ" * 501}, "bio"),
        ({"agree": False}, "agree"),
    ],
)
async def test_what_is_missing_is_named(
    stage: Stage, viewer: Person, fields: dict[str, object], field: str
) -> None:
    refused = await apply(viewer, **fields)
    assert refused.status_code in (400, 422)
    assert field in refused.text
    assert await stage.value("SELECT count(*) FROM livestream_broadcaster") == 0


@pytest.mark.req("LC-9.4.1", "LC-7.0.1", "LC-9.3.1")
async def test_a_rejected_applicant_hears_why_and_may_apply_again(
    stage: Stage, viewer: Person, admin: Person, drain: Drain
) -> None:
    made = await ok(await apply(viewer))
    await decide(admin, made["id"], "reject", reason="自己紹介を書いてください。")
    mine = await ok(await viewer.client.get(f"{API}/broadcaster"))
    assert (mine["state"], mine["state_reason"]) == ("rejected", "自己紹介を書いてください。")
    assert "自己紹介を書いてください。" in (await stage.mails(viewer))[-1].text_body
    refused = await viewer.client.post(f"{API}/studio/broadcasts", json={"title": "だめ"})
    assert refused.status_code == 403

    again = await ok(await apply(viewer, name="はるか", bio="書きました。"))
    assert (again["id"], again["state"], again["state_reason"]) == (made["id"], "pending", "")
    approved = await decide(admin, made["id"], "approve")
    assert approved["state"] == "approved"
    assert [event["state"] for event in await stage.events("livestream.broadcaster_decided.1")] == [
        "rejected",
        "approved",
    ]
    assert await stage.acts(made["id"]) == [
        "livestream.broadcaster.applied",
        "livestream.broadcaster.rejected",
        "livestream.broadcaster.applied",
        "livestream.broadcaster.approved",
    ]


@pytest.mark.req("LC-9.3.1", "LC-7.1.5")
async def test_suspending_ends_the_running_broadcast_and_what_is_planned(
    stage: Stage, presenter: Person, admin: Person
) -> None:
    running, waiting = await on_air(presenter), await planned(presenter)
    me = await ok(await presenter.client.get(f"{API}/broadcaster"))
    await decide(admin, me["id"], "suspend", reason="規約に反する商品の紹介")
    state = (
        "SELECT state || ':' || end_why || ':' || end_reason FROM livestream_broadcast WHERE id::text = $1"
    )
    assert await stage.value(state, running["id"]) == "ended:suspended:規約に反する商品の紹介"
    assert await stage.value(state, waiting["id"]) == "cancelled:cancelled:"
    refused = await presenter.client.post(f"{API}/studio/broadcasts", json={"title": "だめ"})
    assert (refused.status_code, refused.json()["code"]) == (403, "broadcaster_suspended")
    public = await admin.client.get(f"{API}/broadcasters/{me['id']}")
    assert public.status_code == 404

    assert (await decide(admin, me["id"], "resume"))["state"] == "approved"
    await on_air(presenter, title="再開しました")


@pytest.mark.req("LC-9.3.1")
async def test_a_decision_that_the_state_forbids_is_refused(presenter: Person, admin: Person) -> None:
    me = await ok(await presenter.client.get(f"{API}/broadcaster"))
    for verb, body in (("approve", {}), ("reject", {"reason": "x"}), ("resume", {})):
        refused = await admin.client.post(f"{STAFF}/{me['id']}/{verb}", json=body)
        assert (refused.status_code, refused.json()["code"]) == (409, "wrong_state"), verb


@pytest.mark.req("LC-9.3.1")
async def test_only_staff_decide(stage: Stage, viewer: Person, presenter: Person) -> None:
    made = await ok(await apply(viewer))
    for person in (viewer, presenter):
        assert (await person.client.post(f"{STAFF}/{made['id']}/approve")).status_code == 403
        assert (await person.client.get(STAFF)).status_code == 403


async def test_staff_find_applications_by_state_and_name(stage: Stage, admin: Person) -> None:
    for name in ("桃子", "梨花", "林檎"):
        await ok(await apply(await stage.person(name), name=name))
    await stage.host("柿")
    found = await ok(await admin.client.get(STAFF, params={"state": "pending"}))
    assert [one["name"] for one in found["items"]] == ["林檎", "梨花", "桃子"]
    assert found["counts"] == {"pending": 3, "approved": 1}
    named = await ok(await admin.client.get(STAFF, params={"q": "梨"}))
    assert (named["total"], named["items"][0]["email"]) == (1, stage.people[2].email)


async def test_staff_appoint_somebody_without_an_application(
    stage: Stage, viewer: Person, admin: Person
) -> None:
    body = {"user_id": str(viewer.id), "name": "公式"}
    made = await ok(await admin.client.post(STAFF, json=body))
    assert made["state"] == "approved"
    again = await admin.client.post(STAFF, json=body)
    assert (again.status_code, again.json()["code"]) == (409, "known")
    await on_air(viewer)


@pytest.mark.req("LC-7.2.1")
async def test_a_profile_is_what_everybody_sees(stage: Stage, presenter: Person, viewer: Person) -> None:
    me = await ok(await presenter.client.get(f"{API}/broadcaster"))
    body = {"name": "春香ちゃん", "bio": "毎週土曜に配信", "version": me["version"]}
    await ok(await presenter.client.put(f"{API}/broadcaster", json=body))
    seen = await ok(await viewer.client.get(f"{API}/broadcasters/{me['id']}"))
    assert (seen["name"], seen["bio"], seen["broadcasts"]) == ("春香ちゃん", "毎週土曜に配信", 0)
    stale = await presenter.client.put(f"{API}/broadcaster", json=body)
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    running = await on_air(presenter)
    assert (await read(viewer, running))["broadcaster_name"] == "春香ちゃん"
    assert (await ok(await viewer.client.get(f"{API}/broadcasters/{me['id']}")))["broadcasts"] == 1


async def test_other_plugins_see_who_is_approved(stage: Stage, presenter: Person, viewer: Person) -> None:
    await ok(await apply(viewer))
    running = await on_air(presenter)
    service = stage.ctx.service(LiveBroadcasters)
    async with stage.ctx.read() as tx:
        assert await service.of_user(tx, viewer.id) is None
        found = await service.of_user(tx, presenter.id)
        assert found is not None
        assert (found.name, found.broadcasts) == ("春香", 1)
        assert found.on_air_path == f"/livestream/{running['id']}"
        assert await service.by_id(tx, [found.id, viewer.id]) == {found.id: found}
