"""The demo tenants' TOML files are complete, consistent and causally right."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest

from nakamise.tenancy.blueprint_file import read_tenant_file
from nakamise_shop.legal import missing_items
from tests.tenants.blueprint import SLUGS, read, tenant_folder

# Act on Specified Commercial Transactions art. 11 and its ordinance.
LEGAL_ITEMS = (
    "seller", "representative", "address", "phone_hours", "price", "additional_fees", "payment_methods",
    "payment_timing", "delivery_time", "returns", "order_period", "quantity_limits", "nonconformity",
    "operating_environment", "document_fee", "email_advertising",
)  # fmt: skip
LEGAL_FACTS = ("phone", "email")
NEVER_EXISTING = (".example", ".test")


def shop_data(slug: str) -> dict[str, Any]:
    return read(slug, "shop.toml")


def variants(slug: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [(product, variant) for product in shop_data(slug)["products"] for variant in product["variants"]]


def art_paths(slug: str) -> set[str]:
    """Every picture that the blueprint names."""
    tenant, shop = read(slug, "tenant.toml"), shop_data(slug)
    paths = {tenant["brand"][name] for name in ("logo", "icon", "hero_wide", "hero_phone")}
    paths |= {user["avatar"] for user in tenant["users"]}
    paths |= {row["image"] for row in [*shop["shops"], *shop["categories"]]}
    return paths | {path for product in shop["products"] for path in product["images"]}


def check_digit(number: str) -> int:
    """Check digit of a corporate number: 9 - (sum of PnQn mod 9), n counted from the right, Qn 1 or 2."""
    total = sum(int(digit) * (1 + index % 2) for index, digit in enumerate(reversed(number)))
    return 9 - total % 9


def test_check_digit_knows_published_numbers() -> None:
    assert check_digit("000012050002") == 7
    assert check_digit("011001098993") == 4
    assert check_digit("234567890123") != 1


@pytest.mark.parametrize("slug", SLUGS)
def test_core_accepts_the_blueprint(slug: str) -> None:
    file = read_tenant_file(tenant_folder(slug), "localhost")
    assert file.hosts == (f"{slug}.localhost",)


@pytest.mark.parametrize("slug", SLUGS)
def test_brand_and_hosts(slug: str) -> None:
    tenant = read(slug, "tenant.toml")
    assert tenant["tenant"]["slug"] == slug
    assert tenant["hosts"] == [f"{slug}.{{base_domain}}"]
    brand = tenant["brand"]
    assert all(re.fullmatch(r"#[0-9a-f]{6}", brand[name]) for name in ("brand", "accent"))
    assert brand["scheme"] in {"light", "dark"}
    assert 0 <= brand["tint"] <= 1
    assert {"shop", "payments", "payments_sandbox"} <= set(tenant["plugins"]["enabled"])


@pytest.mark.parametrize("slug", SLUGS)
def test_white_label(slug: str) -> None:
    files = [
        *tenant_folder(slug).rglob("*.toml"),
        *tenant_folder(slug).rglob("*.md"),
        *tenant_folder(slug).rglob("*.svg"),
    ]
    assert len(files) > 50
    assert not [path.name for path in files if "nakamise" in path.read_text(encoding="utf-8").lower()]


@pytest.mark.parametrize("slug", SLUGS)
def test_people(slug: str) -> None:
    users = read(slug, "tenant.toml")["users"]
    roles = Counter(role for user in users for role in user["roles"])
    assert roles["admin"] == 1
    assert {"shop_staff", "broadcaster"} <= set(roles)
    assert all(user["email"].endswith(NEVER_EXISTING) and len(user["password"]) >= 12 for user in users)
    (buyer,) = [user for user in users if not user["roles"]]
    assert [address["default"] for address in buyer["addresses"]].count(True) == 1
    for address in buyer["addresses"]:
        assert re.fullmatch(r"\d{3}-\d{4}", address["postal_code"])
        assert re.fullmatch(r"[ァ-ヶー ]+", address["kana"])
        assert re.fullmatch(r"0\d{1,3}-\d{2,4}-\d{4}", address["phone"])


@pytest.mark.parametrize("slug", SLUGS)
def test_legal_pages_are_written_in_both_languages(slug: str) -> None:
    pages = read(slug, "tenant.toml")["legal"]["pages"]
    assert [page["slug"] for page in pages] == ["terms", "privacy", "contact"]
    for page in pages:
        for language, title in (("ja", page["title"]), ("en", page["title_en"])):
            text = (tenant_folder(slug) / page[language]).read_text(encoding="utf-8")
            assert text.startswith(f"# {title}\n")
            assert text.count("\n## ") >= 3


@pytest.mark.parametrize("slug", SLUGS)
def test_legal_notice_has_every_item(slug: str) -> None:
    for shop in shop_data(slug)["shops"]:
        notice = shop["legal_notice"]
        assert all(notice[item].strip() and notice[f"{item}_en"].strip() for item in LEGAL_ITEMS)
        assert all(notice[fact].strip() for fact in LEGAL_FACTS)
        assert not missing_items(notice)
        assert re.match(r"〒\d{3}-\d{4} ", notice["address"])
        number = shop["invoice_registration_number"]
        assert re.fullmatch(r"T\d{13}", number)
        assert int(number[1]) == check_digit(number[2:])


@pytest.mark.parametrize("slug", SLUGS)
def test_catalogue_is_consistent(slug: str) -> None:
    data = shop_data(slug)
    shops = {shop["slug"] for shop in data["shops"]}
    categories = {category["slug"] for category in data["categories"]}
    assert {category["parent"] for category in data["categories"] if "parent" in category} < categories
    assert len({product["slug"] for product in data["products"]}) == len(data["products"])
    for product in data["products"]:
        assert product["shop"] in shops
        assert product["category"] in categories
        assert product["tax"] in {"standard", "reduced"}
        assert product["description"].strip()
        assert product["description_en"].strip()
        assert all(len(row) == 4 for row in product["specs"])
        assert all(len(option["values"]) == len(option["values_en"]) for option in product["options"])


@pytest.mark.parametrize("slug", SLUGS)
def test_variants_are_consistent(slug: str) -> None:
    rows = variants(slug)
    assert len({variant["sku"] for _, variant in rows}) == len(rows)
    for product, variant in rows:
        assert type(variant["price"]) is int
        assert variant["price"] > 0
        assert variant.get("compare_at", variant["price"] + 1) > variant["price"]
        assert variant["stock"] >= 0
        assert 0 <= variant["image"] < len(product["images"])
        allowed = [option["values"] for option in product["options"]]
        assert len(variant["options"]) == len(allowed)
        assert all(value in values for value, values in zip(variant["options"], allowed, strict=True))


@pytest.mark.parametrize("slug", SLUGS)
def test_catalogue_shows_every_situation(slug: str) -> None:
    data = shop_data(slug)
    published = [product for product in data["products"] if product["published"]]
    assert sum(len(product["variants"]) >= 2 for product in published) >= 12
    assert len(data["products"]) - len(published) == 1
    assert {"standard", "reduced"} == {product["tax"] for product in published}
    assert any("per_order_limit" in product for product in published)
    stocks = [variant["stock"] for _, variant in variants(slug)]
    assert stocks.count(0) == 1
    assert 3 in stocks


@pytest.mark.parametrize("slug", SLUGS)
def test_named_pictures_are_the_drawn_pictures(slug: str) -> None:
    drawn = {f"art/{path.name}" for path in (tenant_folder(slug) / "art").iterdir()}
    assert art_paths(slug) == drawn


@pytest.mark.req("DF-20")
@pytest.mark.parametrize("slug", SLUGS)
def test_dates_obey_causality(slug: str) -> None:
    data = shop_data(slug)
    registered = {user["email"]: user["registered_at"] for user in read(slug, "tenant.toml")["users"]}
    opened = {shop["slug"]: shop["opened_at"] for shop in data["shops"]}
    for shop in data["shops"]:
        assert all(registered[email] < shop["opened_at"] for email in shop["staff"])
    for product in data["products"]:
        assert ("published_at" in product) == product["published"]
        if product["published"]:
            assert product["created_at"] < product["published_at"]
            assert product["published_at"] >= opened[product["shop"]]
