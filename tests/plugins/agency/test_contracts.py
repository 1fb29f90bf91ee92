"""Options, shares and rules of an agency; agencies and the catalogue of the operator: pages and JSON."""

from __future__ import annotations

import secrets

import pytest

from nakamise.contracts.control import BrandUpdate
from nakamise.runtime import Runtime
from tests.plugins.agency.office import CONSOLE, Office, words_of

LIMITS = "core.staff, 3, 10\r\ncore.mails, 500, , warn"
OPTIONS = "seats, core.staff, 1, 500, 7, 席の追加, Another seat"


def plan_form(**changes: str) -> dict[str, str]:
    made = {
        "id": f"t_{secrets.token_hex(5)}",
        "series": "test",
        "name": "小さなお店",
        "name_en": "Small shop",
        "monthly_fee": "1200",
        "rate": "3.25",
        "limits": LIMITS,
        "options": OPTIONS,
    }
    return made | changes


@pytest.mark.req("LC-0.19", "CL-35")
async def test_options_are_set_on_the_plan_page(office: Office) -> None:
    made = (await office.site()).summary
    await office.plane.set_plan(made.id, "starter")
    page = await office.get(f"/tenants/{made.id}/plan")
    assert "商品数 +50" in words_of(page)
    path = f"/tenants/{made.id}/plan/options/products_50"
    assert (await office.post(path, times="2")).status_code == 303
    assert (await office.post(path, times="99")).status_code == 422
    assert {one.id: one.times for one in (await office.plane.plan_sheet(made.id)).options}["products_50"] == 2
    answer = await office.api("PUT", path, json={"times": 0})
    assert answer.json()["options"][0]["times"] == 0


@pytest.mark.req("LC-0.19", "LC-0.23")
async def test_shares_have_versions(office: Office) -> None:
    made = (await office.site()).summary
    path = f"/tenants/{made.id}/shares"
    assert "取り決めはまだありません" in words_of(await office.get(path))
    assert (await office.post(path, kind="agency", rate="12.5")).status_code == 303
    later = await office.post(path, kind="agency", rate="15", day="2099-04-01")
    assert later.status_code == 303
    shown = words_of(await office.get(path))
    assert "12.5 %" in shown
    assert "15.0 %" in shown
    past = await office.post(path, kind="agency", rate="1", day="2001-01-01")
    assert past.status_code == 422
    assert 'value="2001-01-01"' in past.text
    assert (await office.post(path, kind="agency", rate="100.5")).status_code == 422
    assert (await office.post(path, kind="platform", rate="1")).status_code == 403
    known = (await office.api("GET", path)).json()
    assert [(one["rate_bp"], one["is_now"]) for one in known] == [(1500, False), (1250, True)]
    assert (await office.api("POST", path, json={"kind": "agency", "rate_bp": 20_000})).status_code == 422


@pytest.mark.req("LC-0.19", "LC-0.23")
async def test_rules_for_sites(office: Office, rival: Office) -> None:
    assert (await office.get("/policy")).status_code == 200
    saved = await office.post("/policy", lets_tenants_choose_plans="1", contact="窓口 03-1234-5678")
    assert saved.status_code == 303
    known = (await office.api("GET", "/policy")).json()
    assert known == {"lets_tenants_choose_plans": True, "contact": "窓口 03-1234-5678"}
    assert (await office.post("/policy", contact="x" * 201)).status_code == 422
    put = await office.api("PUT", "/policy", json={"lets_tenants_choose_plans": False})
    assert put.json()["contact"] == ""
    assert not (await rival.plane.policy()).contact
    assert (await office.api("GET", "/accounts")).json() == []


@pytest.mark.req("LC-0.23")
async def test_the_operators_pages_are_closed_to_agencies(office: Office, operator: Office) -> None:
    made = (await office.site()).summary
    for path in ("/catalogue", "/catalogue/new", "/catalogue/starter", "/catalogue/starter/version"):
        assert (await office.get(path)).status_code == 403
        assert (await operator.get(path)).status_code == 200
    for path in (f"/agencies/{operator.agency_id}/close", f"/agencies/{office.agency_id}/reopen"):
        assert (await office.post(path, reason="x")).status_code == 403
    for path in ("/catalogue/new", "/catalogue/starter", "/catalogue/starter/version"):
        assert (await office.post(path, **plan_form())).status_code == 403
    moved = await office.post(f"/tenants/{made.id}/assign", agency_id=str(operator.agency_id))
    assert moved.status_code == 403
    assert (await office.api("PUT", "/catalogue", json={})).status_code in (400, 403, 422)
    assert (await operator.get("/catalogue/none_such")).status_code == 404


@pytest.mark.req("LC-0.19", "CL-37")
async def test_a_plan_is_written_changed_and_replaced(operator: Office) -> None:
    form = plan_form()
    made = await operator.post("/catalogue/new", **form)
    assert made.status_code == 303, made.text
    assert (await operator.post("/catalogue/new", **form)).status_code == 422
    wrong = await operator.post("/catalogue/new", **plan_form(limits="core.staff"))
    assert wrong.status_code == 422
    assert "core.staff" in wrong.text
    page = await operator.get(f"/catalogue/{form['id']}")
    assert "core.mails, 500, , warn" in page.text
    assert 'value="3.25"' in page.text
    saved = await operator.post(f"/catalogue/{form['id']}", **form | {"name": "中くらいのお店"})
    assert saved.status_code == 303
    assert f'value="{form["id"]}_v2"' in (await operator.get(f"/catalogue/{form['id']}/version")).text
    second = form | {"id": f"{form['id']}_v2", "monthly_fee": ""}
    assert (await operator.post(f"/catalogue/{form['id']}/version", **second)).status_code == 303
    known = {one["plan"]["id"]: one["plan"] for one in (await operator.api("GET", "/catalogue")).json()}
    assert known[second["id"]]["monthly_fee"] is None
    assert known[form["id"]]["name"] == "中くらいのお店"
    draft = known[second["id"]] | {"name_en": "Smaller shop"}
    assert (await operator.api("PUT", "/catalogue", json=draft)).json()["plan"]["name_en"] == "Smaller shop"
    third = draft | {"id": f"{form['id']}_v3", "is_offered": False}
    path = f"/catalogue/{second['id']}/versions"
    assert (await operator.api("POST", path, json=third)).status_code == 201


@pytest.mark.req("LC-0.19")
async def test_plans_have_names_in_the_readers_language(operator: Office) -> None:
    form = plan_form(name="読む人の店", name_en="The reader's shop")
    assert (await operator.post("/catalogue/new", **form)).status_code == 303
    for path in ("/catalogue", f"/catalogue/{form['id']}/version"):
        for language, own, other in (("en", "reader&#39;s", "読む人"), ("ja", "読む人", "reader&#39;s")):
            answer = await operator.client.get(CONSOLE + path, headers={"Accept-Language": language})
            # Below the heading the form has both, to be edited.
            shown = words_of(answer).partition("<form")[0] if path.endswith("version") else words_of(answer)
            assert (own in shown, other in shown) == (True, False), path


@pytest.mark.req("LC-0.23")
async def test_an_agency_is_closed_and_a_site_handed_over(
    office: Office, rival: Office, operator: Office, runtime: Runtime
) -> None:
    made = (await office.site()).summary
    path = f"/agencies/{office.agency_id}"
    assert (await operator.post(f"{path}/close", reason="")).status_code == 422
    assert (await operator.post(f"{path}/close", reason="連絡がとれない")).status_code == 303
    assert "連絡がとれない" in words_of(await operator.get(path))
    shut = await office.client.get("/login")
    assert shut.status_code == 503
    assert "管理画面は運営者が停止しています" in words_of(shut)
    assert (await operator.api("POST", f"{path}/close", json={"reason": "x"})).status_code == 409
    assert (await operator.post(f"{path}/reopen")).status_code == 303
    assert (await office.get("")).status_code == 200
    assert (await operator.api("POST", f"{path}/reopen")).status_code == 409
    moved = await operator.post(f"/tenants/{made.id}/assign", agency_id=str(rival.agency_id))
    assert moved.status_code == 303
    assert (await office.get(f"/tenants/{made.id}")).status_code == 404
    back = {"agency_id": str(office.agency_id)}
    assert (await operator.api("POST", f"/tenants/{made.id}/assign", json=back)).status_code == 200
    log = words_of(await office.get("/log"))
    assert "別の代理店へ移管" in log
    assert "rate_bp" not in log


async def test_the_log_speaks_the_readers_language(office: Office) -> None:
    made = (await office.site()).summary
    await office.plane.suspend(made.id, "料金の確認")
    await office.plane.set_share(made.id, "agency", 1250)
    page = await office.get(f"/tenants/{made.id}/log")
    for words in ("理由", "代理店", "12.5 %"):
        assert words in words_of(page)
    for raw in ("<b>reason</b>", "<b>rate_bp</b>", "<b>kind</b>", "<b>plan</b>", "<b>blueprint</b>"):
        assert raw not in page.text
    english = await office.client.get(
        f"/admin/agency/tenants/{made.id}/log", headers={"Accept-Language": "en"}
    )
    assert "<b>Reason</b>" in english.text


async def test_the_log_names_what_became_different(office: Office) -> None:
    """Forms send every field."""
    made = (await office.site()).summary
    brand = (await office.plane.tenant(made.id)).brand
    form = BrandUpdate(name=brand.name, brand=brand.brand, radius=brand.radius, tagline="四季を飾る")
    await office.plane.update_brand(made.id, form)
    line = (await office.plane.audit(tenant_id=made.id)).items[0]
    assert (line.act, line.detail) == ("tenant.brand", {"changed": ["tagline"]})
