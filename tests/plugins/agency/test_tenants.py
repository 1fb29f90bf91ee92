"""The console's pages of sites: list, create, one site, its acts."""

from __future__ import annotations

import re
import secrets

import pytest

from nakamise.runtime import Runtime
from nakamise.testing.fixtures import ClientFor, CtxFor
from tests.plugins.agency.office import Office, words_of


@pytest.mark.req("LC-0.23")
async def test_empty_list_leads_to_the_form(office: Office) -> None:
    answer = await office.get("")
    assert answer.status_code == 200
    assert "まだサイトがありません" in words_of(answer)
    assert 'href="/admin/agency/tenants/new"' in answer.text


@pytest.mark.req("LC-0.23")
async def test_list_searches_filters_and_counts(office: Office) -> None:
    first, second = await office.site("あさがお"), await office.site("ひまわり")
    await office.plane.suspend(second.summary.id, "料金の確認")

    everything = await office.get("")
    found = await office.get("?q=あさがお")
    suspended = await office.get("?state=suspended")
    nothing = await office.get("?q=none-such")

    assert first.summary.name in everything.text
    assert second.summary.name in everything.text
    assert words_of(everything).count("公開中") >= 2
    assert "開く" not in re.findall(r'data-label="状態"><span[^>]*>([^<]+)', everything.text)
    assert second.summary.name not in found.text
    assert first.summary.name not in suspended.text
    assert "条件に合うサイトはありません" in words_of(nothing)


async def test_csv_holds_all_sites_and_is_recorded(office: Office) -> None:
    made = await office.site("=あさがお")
    answer = await office.get("/tenants.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert made.summary.slug in answer.text
    assert "'=あさがお" in answer.text
    assert '"公開中"' in answer.text
    assert '"スタンダード"' in answer.text
    async with office.person.ctx.read() as tx:
        assert "agency.tenants.exported" in await tx.values("SELECT act FROM core_audit")


@pytest.mark.req("LC-0.23")
async def test_create_by_the_form(office: Office) -> None:
    slug = f"n-{secrets.token_hex(5)}"
    fields = {"name": "花と器", "slug": slug, "admin_name": "みどり", "admin_email": f"{slug}@example.com"}
    answer = await office.post("/tenants/new", **fields, brand="#0a6b5e", locale="ja")
    assert answer.status_code == 303, answer.text
    done = await office.client.get(answer.headers["location"])
    assert "花と器を公開しました" in words_of(done)
    made = (await office.plane.tenants(search=slug)).items[0]
    assert (await office.plane.tenant(made.id)).brand.brand == "#0a6b5e"


async def test_refused_form_keeps_what_was_typed(office: Office) -> None:
    answer = await office.post("/tenants/new", name="花と器", slug="-x-", admin_email="nobody")
    assert answer.status_code == 422
    assert 'value="花と器"' in answer.text
    assert 'value="-x-"' in answer.text
    assert set(re.findall(r'href="#f-(\w+)"', answer.text)) == {"admin_name"}


async def test_taken_short_name_is_told_at_its_field(office: Office) -> None:
    known = await office.site()
    fields = {"name": "x", "admin_name": "みどり", "admin_email": "m@example.com"}
    answer = await office.post("/tenants/new", slug=known.summary.slug, **fields)
    assert answer.status_code == 409
    assert 'href="#f-slug"' in answer.text
    live = await office.get(f"/tenants/slug?slug={known.summary.slug}")
    assert "使われています" in live.text
    free = await office.get("/tenants/slug?slug=quite-free-name")
    assert "使えます" in free.text


@pytest.mark.req("LC-0.23")
async def test_suspend_needs_a_reason_and_resume_opens_again(office: Office) -> None:
    made = (await office.site()).summary
    refused = await office.post(f"/tenants/{made.id}/suspend", reason="")
    assert refused.status_code == 422
    assert "data-auto-open" in refused.text
    assert (await office.post(f"/tenants/{made.id}/suspend", reason="料金の確認")).status_code == 303
    shown = await office.get(f"/tenants/{made.id}")
    assert "料金の確認" in shown.text
    assert (await office.post(f"/tenants/{made.id}/resume")).status_code == 303
    assert (await office.plane.tenant(made.id)).summary.state == "active"


@pytest.mark.req("LC-0.23")
async def test_delete_needs_the_name_and_can_be_taken_back(office: Office) -> None:
    made = (await office.site()).summary
    wrong = await office.post(f"/tenants/{made.id}/delete", confirm_slug="other", reason="閉店")
    assert wrong.status_code == 422
    right = await office.post(f"/tenants/{made.id}/delete", confirm_slug=made.slug, reason="閉店")
    assert right.status_code == 303
    assert "完全に削除されます" in (await office.get(f"/tenants/{made.id}")).text
    assert (await office.post(f"/tenants/{made.id}/cancel-delete")).status_code == 303
    assert (await office.plane.tenant(made.id)).summary.state == "suspended"


@pytest.mark.req("LC-0.23")
async def test_impersonation_opens_a_door_once(
    office: Office, runtime: Runtime, ctx_for: CtxFor, client: ClientFor
) -> None:
    made = (await office.site()).summary
    inside = ctx_for(office.tenant(made.id))
    async with inside.begin() as tx:
        await runtime.auth.ensure_user(
            tx, email="m@example.com", password="correct horse 2026", display_name="みどり", roles=("admin",)
        )
    assert (await office.post(f"/tenants/{made.id}/impersonate", reason="")).status_code == 422
    door = await office.post(f"/tenants/{made.id}/impersonate", reason="送料設定のお問い合わせ")
    assert door.status_code == 200
    assert door.headers["cache-control"] == "no-store"
    opened = re.search(rf'href="http://{made.canonical_host}[^"]*(/act\?ticket=[^"]+)"', door.text)
    assert opened is not None
    visitor = client(office.tenant(made.id))
    first = await visitor.get(opened[1])
    assert (first.status_code, first.headers["location"]) == (303, "/admin")
    assert (await client(office.tenant(made.id)).get(opened[1])).status_code == 410


async def test_every_fault_is_told_at_its_field(office: Office) -> None:
    fields = {"name": "花と器", "slug": "-x-", "admin_name": "みどり", "admin_email": "nobody"}
    answer = await office.post("/tenants/new", **fields, brand="red?")
    assert answer.status_code == 422
    assert set(re.findall(r'href="#f-(\w+)"', answer.text)) == {"slug", "admin_email", "brand"}
