"""Every fault of a blueprint at once, where it stands; what applying would change; starters."""

from __future__ import annotations

import asyncio
import secrets
import shutil
from pathlib import Path

import click.testing
import pytest

from nakamise.cli import main
from nakamise.cli.tenant import tenant as tenant_command
from nakamise.runtime import Runtime
from nakamise.starters import list_starters
from nakamise.tenancy.blueprint import apply
from nakamise.tenancy.blueprint_check import check_blueprint
from nakamise.tenancy.blueprint_diff import compare
from nakamise.tenancy.owner import owner_connection
from nakamise.tenancy.toml_places import Place, Places
from tests.core.tenancy.blueprints.faulty import FAULTY, FOUND

LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><rect width="40" height="20"/></svg>'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A starter, made somebody's."""
    slug = f"bp-{secrets.token_hex(4)}"
    made = tmp_path / slug
    shutil.copytree(list_starters()[0].folder, made)
    text = (made / "tenant.toml").read_text(encoding="utf-8").replace("starter-boutique", slug)
    (made / "logo.svg").write_text(LOGO)
    (made / "tenant.toml").write_text(
        text.replace("[brand]\n", '[brand]\nlogo = "logo.svg"\n'), encoding="utf-8"
    )
    return made


def edit(folder: Path, old: str, new: str) -> None:
    path = folder / "tenant.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_places() -> None:
    text = (
        '# a comment with [brackets]\nhosts = [\n  "a", # ]\n  "b",\n]\n\n[tenant]\n  name = """x\n[no]\n"""\n'
        "a.b = 1\n[[users]]\nemail = 'x'\n[[users.addresses]]\nzip = 1\n[[users]]\nemail = 'y'\n"
        "[[users.addresses]]\n[[users.addresses]]\nzip = { of = 2 }\n"
    )
    places = Places(text)
    assert places.of(("hosts",)) == Place(2, 1)
    assert places.of(("tenant", "name")) == Place(8, 3)
    assert places.of(("tenant", "a", "b")) == Place(11, 1)
    assert places.of(("users", 1, "email")) == Place(17, 1)
    assert places.of(("users", 0, "addresses", 0, "zip")) == Place(15, 1)
    assert places.of(("users", 1, "addresses", 1, "zip", "of")) == Place(20, 1)
    assert places.of(("users", 1, "password")) == Place(16, 1)
    assert places.of(("nowhere",)) == Place(1, 1)


async def test_all_faults_at_once(runtime: Runtime, tmp_path: Path) -> None:
    (tmp_path / "tenant.toml").write_text(FAULTY, encoding="utf-8")
    (tmp_path / "shpo.toml").write_text("")
    (tmp_path / "shop.toml").write_text("shops = [\n")
    faults = await check_blueprint(runtime, tmp_path)
    found = [
        (Path(one.file).name, one.line, one.column, one.message, one.hint if "did you" in one.hint else "")
        for one in faults
    ]
    assert found == FOUND


async def test_no_file(runtime: Runtime, tmp_path: Path) -> None:
    [fault] = await check_blueprint(runtime, tmp_path)
    assert str(fault).startswith(f"{tmp_path / 'tenant.toml'}:1:1: ")


async def test_a_host_of_another_tenant(runtime: Runtime, folder: Path) -> None:
    await apply(runtime, folder, "localhost")
    edit(folder, f'slug = "{folder.name}"', 'slug = "thief"')
    [fault] = await check_blueprint(runtime, folder)
    assert fault.message == f"hosts: {folder.name}.localhost belongs to the tenant {folder.name}"


@pytest.mark.req("LC-0.28")
async def test_new_then_nothing_then_a_change(runtime: Runtime, folder: Path) -> None:
    assert await check_blueprint(runtime, folder) == []
    new = await compare(runtime, folder)
    assert new.is_new
    assert {change.kind for change in new.changes} == {"create"}
    tenant = await apply(runtime, folder, "localhost")
    assert not (await compare(runtime, folder)).has_work
    edit(folder, "#2f5d50", "#2f5d51")
    edit(folder, ".{base_domain}", '.{base_domain}", "www.' + folder.name + ".{base_domain}")
    (folder / "logo.svg").write_text(LOGO.replace('height="20"', 'height="19"'))
    (folder / "legal" / "contact.en.md").write_text("# Contact us\n")
    plan = await compare(runtime, folder)
    found = {(change.kind, change.what) for change in plan.changes if change.kind != "leave"}
    assert found == {
        ("change", "brand.brand"),
        ("change", "brand.logo"),
        ("create", f"host www.{folder.name}.localhost"),
        ("change", "page contact (en)"),
        ("change", "data of shop"),
    }
    assert (await apply(runtime, folder, "localhost")).id == tenant.id
    assert not (await compare(runtime, folder)).has_work


async def test_drift_is_seen(runtime: Runtime, folder: Path) -> None:
    """What somebody changed by hand shows, although no file did."""
    tenant = await apply(runtime, folder, "localhost")
    async with owner_connection(runtime.settings) as connection:
        await connection.execute("UPDATE nakamise.tenant SET name = 'Other' WHERE id = $1", tenant.id)
    [change] = [one for one in (await compare(runtime, folder)).changes if one.kind != "leave"]
    assert (change.what, change.before) == ("name", "Other")


async def test_two_at_once(runtime: Runtime, folder: Path) -> None:
    first, second = await asyncio.gather(*(apply(runtime, folder, "localhost") for _ in range(2)))
    assert first.id == second.id
    assert not (await compare(runtime, folder)).has_work


async def test_the_command(runtime: Runtime, folder: Path) -> None:
    settings = runtime.settings
    runner = click.testing.CliRunner(
        env={
            "NAKAMISE_DATABASE_URL": settings.database_url,
            "NAKAMISE_SECRET_KEY": settings.secret_key.decode(),
            "NAKAMISE_DATA": str(settings.data_dir),
            "PORT": str(settings.port),
        }
    )

    async def run(*arguments: str, typed: str = "") -> click.testing.Result:
        return await asyncio.to_thread(
            runner.invoke, main, ["tenant", "apply", str(folder), *arguments], input=typed
        )

    shown = await run("--dry-run")
    assert f"+ tenant {folder.name}" in shown.output
    refused = await run(typed="n\n")
    assert f"Make {folder.name} so? [y/N]: n" in refused.output
    await runtime.directory.refresh()
    assert runtime.directory.by_slug(folder.name) is None
    assert (await run(typed="y\n")).exit_code == 0
    again = await run()
    assert again.output.splitlines()[-1] == f"{folder.name}: nothing to do."
    assert '"has_work": false' in (await run("--json", "--yes")).output
    assert (await run("--json")).exit_code == 2
    edit(folder, "radius = 6", 'radius = "six"')
    faulty = await run("--yes")
    assert faulty.exit_code == 1
    assert "tenant.toml:15:1: brand.radius: Expected `int`, got `str`" in faulty.output
    assert {"apply", "export", "import", "clone", "digest"} <= tenant_command.commands.keys()


@pytest.mark.req("LC-0.28", "LC-0.32")
@pytest.mark.parametrize("number", range(3))
async def test_a_starter_is_a_usable_tenant(runtime: Runtime, tmp_path: Path, number: int) -> None:
    starter = list_starters()[number]
    made = tmp_path / "made"
    shutil.copytree(starter.folder, made)
    slug = f"st-{secrets.token_hex(4)}"
    text = (made / "tenant.toml").read_text(encoding="utf-8")
    text = (
        text.replace(f"starter-{starter.id}", slug)
        .replace(starter.title, "花のしずく")
        .replace(starter.title_en, "Dew")
    )
    (made / "tenant.toml").write_text(text, encoding="utf-8")
    assert await check_blueprint(runtime, made) == []
    tenant = await apply(runtime, made, "localhost")
    assert tenant.plugins == {*starter.plugins}
    async with runtime.db.tenant(tenant.schema, read_only=True) as tx:
        shops = await tx.connection.fetch("SELECT name, state FROM shop_shop")
        categories = await tx.value("SELECT count(*) FROM shop_category")
        roles = await tx.values("SELECT id FROM core_role")
        pages = await tx.values("SELECT body FROM core_page")
        if "livestream" in starter.plugins:
            assert await tx.value("SELECT count(*) FROM livestream_category") >= 4
    # The law asks for who sells: no shop is open before somebody has said so.
    assert {row["state"] for row in shops} == {"pending"}
    assert categories >= 4
    assert {"admin", "shop_staff", "broadcaster"} <= {*roles}
    assert len(pages) == 6
    assert not [body for body in pages if "{site_name}" in body]
    assert [body for body in pages if "花のしずく" in body]


def test_starters_are_three_different_ones() -> None:
    starters = list_starters()
    assert [one.id for one in starters] == ["boutique", "live", "mall"]
    assert len({one.colours for one in starters}) == 3
    for one in starters:
        for path in one.folder.rglob("*.*"):
            assert "nakamise" not in path.read_text(encoding="utf-8").lower()
