"""A folder of files becomes a tenant; a second time nothing happens; faults name file and key."""

from __future__ import annotations

import shutil
import textwrap
from pathlib import Path

import asyncpg
import pytest

from nakamise.errors import Conflict
from nakamise.plugin import Tenant
from nakamise.runtime import Runtime
from nakamise.tenancy.blueprint import apply
from nakamise.tenancy.blueprint_file import BlueprintError, fingerprint, inside, read_tenant_file
from nakamise.tenancy.bootstrap import demo_folders, demo_logins

TENANT = """
    hosts = ["{slug}.{base_domain}", "www.{slug}.{base_domain}"]

    [tenant]
    slug = "{slug}"
    name = "小さな店"
    name_en = "Small Shop"
    timezone = "Asia/Tokyo"

    [brand]
    brand = "#c2345a"
    accent = "#b98a3e"
    tagline = "小さく、ていねいに。"
    logo = "art/logo.svg"

    [[legal.pages]]
    slug = "terms"
    title = "利用規約"
    title_en = "Terms"
    ja = "legal/terms.ja.md"
    en = "legal/terms.en.md"

    [[users]]
    email = "admin@{slug}.example"
    password = "a-long-enough-password"
    display_name = "店主"
    roles = ["admin"]
    avatar = "art/logo.svg"
    registered_at = 2024-02-01T10:00:00+09:00

    [[users.addresses]]
    label = "自宅"
    name = "田中 健太"
    kana = "タナカ ケンタ"
    postal_code = "166-0003"
    prefecture = "東京都"
    city = "杉並区"
    line1 = "高円寺南6-99-9"
    phone = "080-0000-2134"
    default = true
"""
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><rect width="40" height="20" fill="#c2345a"/></svg>'


@pytest.fixture
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    slug = f"small-{abs(hash(request.node.name)) % 10**6}"
    made = tmp_path / slug
    for part in ("art", "legal"):
        (made / part).mkdir(parents=True)
    text = textwrap.dedent(TENANT).replace("{slug}", slug)
    (made / "tenant.toml").write_text(text, encoding="utf-8")
    (made / "art" / "logo.svg").write_text(LOGO)
    (made / "legal" / "terms.ja.md").write_text("# 規約\n", encoding="utf-8")
    (made / "legal" / "terms.en.md").write_text("# Terms\n", encoding="utf-8")
    return made


def _edit(folder: Path, old: str, new: str) -> None:
    path = folder / "tenant.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


async def _contents(owner: asyncpg.Connection, tenant: Tenant) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the tables that a blueprint of the core fills."""
    tables = ("core_user", "core_user_role", "core_address", "core_media", "core_page")
    found = {}
    for table in tables:
        rows = await owner.fetch(f'SELECT * FROM "{tenant.schema}".{table} ORDER BY 1')
        found[table] = [tuple(row) for row in rows]
    return found


async def test_applied(runtime: Runtime, folder: Path, owner: asyncpg.Connection) -> None:
    tenant = await apply(runtime, folder, "localhost")
    assert tenant.name == "小さな店"
    assert tenant.canonical_host == f"{folder.name}.localhost"
    assert runtime.directory.by_host(f"www.{folder.name}.localhost") is tenant
    assert tenant.brand["name_en"] == "Small Shop"
    assert tenant.brand["logo"]["keys"]
    contents = await _contents(owner, tenant)
    assert {table: len(rows) for table, rows in contents.items()} == {
        "core_user": 1,
        "core_user_role": 1,
        "core_address": 1,
        "core_media": 1,
        "core_page": 2,
    }
    for key in tenant.brand["logo"]["keys"].values():
        assert (await runtime.store.get(key)).data.startswith(b"RIFF")


async def test_applied_twice(runtime: Runtime, folder: Path, owner: asyncpg.Connection) -> None:
    tenant = await apply(runtime, folder, "localhost")
    before = await _contents(owner, tenant)
    files = sorted(runtime.settings.media_dir.rglob("*"))
    again = await apply(runtime, folder, "localhost")
    assert again.id == tenant.id
    assert await _contents(owner, tenant) == before
    assert sorted(runtime.settings.media_dir.rglob("*")) == files


async def test_what_changed_is_changed(runtime: Runtime, folder: Path, owner: asyncpg.Connection) -> None:
    tenant = await apply(runtime, folder, "localhost")
    _edit(folder, "小さな店", "大きな店")
    _edit(folder, f', "www.{folder.name}.{{base_domain}}"', "")
    (folder / "legal" / "terms.en.md").write_text("# New terms\n")
    after = await apply(runtime, folder, "localhost")
    assert (after.id, after.name) == (tenant.id, "大きな店")
    assert runtime.directory.by_host(f"www.{folder.name}.localhost") is None
    rows = await owner.fetch(f'SELECT locale, version FROM "{tenant.schema}".core_page ORDER BY locale')
    assert [tuple(row) for row in rows] == [("en", 2), ("ja", 1)]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('name = "小さな店"', "name = 5", r"tenant\.toml: Expected `str`, got `int` - at `\$\.tenant\.name`"),
        ("hosts =", "hots =", r"tenant\.toml: Object contains unknown field `hots`"),
        ("#c2345a", "rose", r"tenant\.toml: brand: "),
        ("art/logo.svg", "art/none.svg", r"tenant\.toml: brand\.logo: there is no file 'art/none\.svg'"),
        ("legal/terms.en.md", "../../secret", r"legal\.pages\.terms\.en: .* leaves the blueprint's folder"),
        ("166-0003", "16", r"addresses: postal_code"),
        ('roles = ["admin"]', 'roles = ["king"]', r"users\.admin@.*roles"),
        ("[brand]", "[brand", r"tenant\.toml: "),
        ("[[legal", '[plugins]\nenabled = ["weeds"]\n[[legal', r"plugins: weeds cannot be used here"),
    ],
)
async def test_faults(runtime: Runtime, folder: Path, old: str, new: str, message: str) -> None:
    _edit(folder, old, new)
    with pytest.raises(BlueprintError, match=message):
        await apply(runtime, folder, "localhost")


async def test_another_tenants_host(runtime: Runtime, folder: Path, tmp_path: Path) -> None:
    await apply(runtime, folder, "localhost")
    thief = tmp_path / "thief"
    shutil.copytree(folder, thief)
    _edit(thief, f'slug = "{folder.name}"', 'slug = "thief"')
    with pytest.raises(Conflict, match="belongs to another tenant"):
        await apply(runtime, thief, "localhost")
    assert runtime.directory.by_slug("thief") is None


def test_the_fingerprint_sees_every_file(folder: Path) -> None:
    before = fingerprint(folder, "shop=1")
    assert fingerprint(folder, "shop=1") == before
    assert fingerprint(folder, "shop=2") != before
    (folder / "art" / "logo.svg").write_text(LOGO + " ")
    assert fingerprint(folder, "shop=1") != before


def test_only_files_inside(folder: Path) -> None:
    assert inside(folder, "art/logo.svg").is_file()
    for outside in ("../x", "/etc/passwd", "art/../../x"):
        with pytest.raises(ValueError, match="leaves"):
            inside(folder, outside)


@pytest.mark.parametrize("path", demo_folders(), ids=lambda path: path.name)
def test_our_own_demo_is_readable(path: Path) -> None:
    file = read_tenant_file(path, "localhost")
    assert file.hosts[0] == f"{path.name}.localhost"


def test_logins_of_the_demo(runtime: Runtime) -> None:
    logins = demo_logins(runtime.settings)
    assert {login.url for login in logins} >= {
        f"http://{name}.localhost:{runtime.settings.port}/" for name in ("gear", "kanon")
    }
