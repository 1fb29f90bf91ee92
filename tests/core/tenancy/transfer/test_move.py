"""A tenant out of one installation and into another on a server of its own, and beside itself."""

from __future__ import annotations

import shutil
import uuid
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from nakamise.admin.site import seals
from nakamise.errors import Conflict, NotFound
from nakamise.plugin.context import Tenant
from nakamise.runtime import Runtime
from nakamise.tenancy.owner import owner_connection
from nakamise.tenancy.states import set_state
from nakamise.tenancy.transfer.archive import ArchiveReader, Manifest
from nakamise.tenancy.transfer.clone import clone_tenant
from nakamise.tenancy.transfer.digest import digest_tenant
from nakamise.tenancy.transfer.enter import Target
from nakamise.tenancy.transfer.errors import (
    ArchiveDamaged,
    ArchiveRefused,
    PassphraseWrong,
    TransferError,
)
from nakamise.tenancy.transfer.export import export_tenant
from nakamise.tenancy.transfer.load import import_tenant
from nakamise.testing.fixtures import MakeTenant
from tests.core.tenancy.transfer.parts import another_installation, ctx_of, furnish

PHRASE = "a passphrase for the way"


@pytest.fixture(scope="module")
async def tenant(runtime: Runtime, make_tenant: MakeTenant) -> Tenant:
    made = await make_tenant(plugins=("shop", "payments_sandbox"))
    await furnish(runtime, made)
    found = runtime.directory.by_id(made.id)
    assert found is not None
    return found


@pytest.fixture(scope="module")
async def archive(runtime: Runtime, tenant: Tenant, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export") / "tenant.zip"
    await export_tenant(runtime, tenant.slug, path, passphrase=PHRASE)
    return path


@pytest.fixture(scope="module")
async def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Runtime]:
    async with another_installation(tmp_path_factory.mktemp("elsewhere")) as runtime:
        yield runtime


async def traces(runtime: Runtime) -> tuple[int, ...]:
    """Tenants, schemas, roles of tenants, transfers, stored files."""
    async with owner_connection(runtime.settings) as connection:
        counts = await connection.fetchrow(
            "SELECT (SELECT count(*) FROM nakamise.tenant),"
            " (SELECT count(*) FROM pg_namespace WHERE nspname ~ '^t_'),"
            " (SELECT count(*) FROM pg_roles WHERE rolname ~ '^t_'),"
            " (SELECT count(*) FROM nakamise.transfer)"
        )
    assert counts is not None
    stored = [path for path in runtime.settings.media_dir.rglob("*") if path.is_file()]
    return (*counts, len(stored))


@pytest.mark.req("BX-20")
async def test_equal_on_another_server(
    runtime: Runtime, tenant: Tenant, archive: Path, elsewhere: Runtime
) -> None:
    got = await import_tenant(elsewhere, archive, Target(slug="moved", passphrase=PHRASE))
    ours, theirs = await digest_tenant(runtime, tenant.slug), await digest_tenant(elsewhere, "moved")
    assert ours == theirs
    assert ours.sha256 == theirs.sha256
    assert len(ours.files) > 1
    assert sum(table.rows for table in ours.tables.values()) == got.rows > 20
    there = elsewhere.directory.by_slug("moved")
    assert there is not None
    assert there.id == tenant.id
    assert there.plugins == tenant.plugins
    key = there.brand["logo"]["keys"]["64"]
    assert key.startswith(there.schema)
    assert (await elsewhere.store.get(key)).data == (
        await runtime.store.get(key.replace(there.schema, tenant.schema))
    ).data
    async with ctx_of(elsewhere, there).read() as tx:
        detail = await tx.value("SELECT detail FROM core_audit WHERE act = 'note'")
    # The audit log is sealed by hashes: not a byte of it changes.
    assert detail == {"tenant": str(tenant.id), "text": "改行\nと\\N"}
    assert (await seals.verify(ctx_of(elsewhere, there))).ok


async def test_secrets_open_with_the_other_key(
    runtime: Runtime, tenant: Tenant, archive: Path, elsewhere: Runtime
) -> None:
    await import_tenant(elsewhere, archive, Target(slug="with-secrets", passphrase=PHRASE))
    there = elsewhere.directory.by_slug("with-secrets")
    assert there is not None
    async with ctx_of(elsewhere, there).read() as tx:
        user_id, sealed = (await tx.connection.fetch("SELECT user_id, sealed_secret FROM core_totp"))[0]
    assert elsewhere.auth.totp_sealer.open(there.id, user_id, sealed) == b"JBSWY3DPEHPK3PXP"
    assert b"JBSWY3DPEHPK3PXP" not in archive.read_bytes()


async def test_without_a_passphrase_factors_are_set_up_again(archive: Path, elsewhere: Runtime) -> None:
    got = await import_tenant(elsewhere, archive, Target(slug="no-secrets"))
    there = elsewhere.directory.by_slug("no-secrets")
    assert there is not None
    async with ctx_of(elsewhere, there).read() as tx:
        assert await tx.value("SELECT count(*) FROM core_totp") == 0
    assert got.typed_again == ("second factors (1 rows)",)


async def test_a_wrong_passphrase_changes_nothing(archive: Path, elsewhere: Runtime) -> None:
    before = await traces(elsewhere)
    with pytest.raises(PassphraseWrong):
        await import_tenant(elsewhere, archive, Target(slug="wrong", passphrase="another passphrase"))
    assert await traces(elsewhere) == before


async def test_a_short_passphrase_makes_no_file(runtime: Runtime, tenant: Tenant, tmp_path: Path) -> None:
    with pytest.raises(TransferError, match="at least 12"):
        await export_tenant(runtime, tenant.slug, tmp_path / "x.zip", passphrase="short")
    assert not list(tmp_path.iterdir())


async def test_two_exports_have_equal_members(
    runtime: Runtime, tenant: Tenant, archive: Path, tmp_path: Path
) -> None:
    again = tmp_path / "again.zip"
    await export_tenant(runtime, tenant.slug, again)
    first, second = ArchiveReader(archive).manifest.members, ArchiveReader(again).manifest.members
    assert {name: one for name, one in first.items() if name != "secrets.bin"} == second


async def test_beside_itself(runtime: Runtime, tenant: Tenant, archive: Path) -> None:
    slug = f"beside-{uuid.uuid4().hex[:6]}"
    await import_tenant(runtime, archive, Target(slug=slug, passphrase=PHRASE))
    assert await digest_tenant(runtime, slug) == await digest_tenant(runtime, tenant.slug)


async def test_a_clone_has_no_sessions_and_no_jobs(runtime: Runtime, make_tenant: MakeTenant) -> None:
    source = await make_tenant()
    await furnish(runtime, source)
    async with ctx_of(runtime, source).begin() as tx:
        user_id = await tx.value("SELECT id FROM core_user")
        await tx.execute(
            "INSERT INTO core_session (id, user_id, expires_at) VALUES ($1, $2, now())", uuid.uuid4(), user_id
        )
    got = await clone_tenant(runtime, source.slug, f"{source.slug}-copy")
    ours, theirs = await digest_tenant(runtime, source.slug), await digest_tenant(runtime, got.slug)
    assert {name for name in ours.tables if ours.tables[name] != theirs.tables[name]} == {"core_session"}
    assert theirs.tables["core_session"].rows == 0
    assert ours.files == theirs.files
    assert (got.jobs, got.hosts) == (0, (f"{source.slug}-copy.localhost",))


async def test_jobs_follow_a_tenant_that_was_not_served(
    runtime: Runtime, make_tenant: MakeTenant, elsewhere: Runtime, tmp_path: Path
) -> None:
    source = await make_tenant()
    await furnish(runtime, source)
    served = tmp_path / "served.zip"
    await export_tenant(runtime, source.slug, served)
    await set_state(runtime.settings, source.slug, "suspended", reason="it moves")
    path = tmp_path / "moving.zip"
    await export_tenant(runtime, source.slug, path)
    got = await import_tenant(elsewhere, path, Target(slug="moves"))
    assert (await import_tenant(elsewhere, served, Target(slug="stays"))).jobs == 0
    assert got.jobs == 2
    async with owner_connection(elsewhere.settings) as connection:
        rows = await connection.fetch(
            "SELECT payload FROM nakamise.job WHERE tenant_id = $1 AND every_s IS NULL ORDER BY seq",
            got.tenant_id,
        )
        history = await connection.fetch(
            "SELECT act FROM nakamise.control_audit WHERE tenant_id = $1 ORDER BY at, id", got.tenant_id
        )
    assert [row[0] for row in rows] == [{"tenant": str(got.tenant_id)}, {"second": 2}]
    acts = [row[0] for row in history]
    assert (acts[0], acts[-1]) == ("tenant.create", "tenant.import")


@pytest.mark.parametrize("place", ["table", "file", "manifest", "tail"])
async def test_a_flipped_byte(archive: Path, elsewhere: Runtime, tmp_path: Path, place: str) -> None:
    damaged = tmp_path / "damaged.zip"
    shutil.copy(archive, damaged)
    data = bytearray(archive.read_bytes())
    with zipfile.ZipFile(archive) as reader:
        names = {"table": "tables/core_user.copy", "manifest": "manifest.json"}
        name = names.get(place) or next(one for one in reader.namelist() if one.startswith("files/"))
        at = reader.getinfo(name).header_offset + 30 + len(name) + 60
    data[len(data) - 10 if place == "tail" else at] ^= 0x01
    damaged.write_bytes(data)
    before = await traces(elsewhere)
    with pytest.raises(ArchiveDamaged):
        await import_tenant(elsewhere, damaged, Target(slug="damaged"))
    assert await traces(elsewhere) == before


def _rewritten(archive: Path, out: Path, change: dict[str, object], member: dict[str, bytes]) -> None:
    """The archive with another manifest and other members, its hashes as they were."""
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(out, "w") as target:
        manifest = msgspec.json.decode(source.read("manifest.json"))
        manifest.update(change)
        for name in source.namelist():
            if name != "manifest.json":
                target.writestr(name, member.get(name, source.read(name)))
        target.writestr("manifest.json", msgspec.json.encode(manifest))


async def test_a_changed_member_with_a_right_checksum(
    archive: Path, elsewhere: Runtime, tmp_path: Path
) -> None:
    """What the zip format's own checksum cannot see."""
    _rewritten(archive, tmp_path / "x.zip", {}, {"tables/core_role.copy": b"admin\tKing\tt\t2026-01-01\n"})
    with pytest.raises(ArchiveDamaged, match=r"core_role\.copy was changed"):
        await import_tenant(elsewhere, tmp_path / "x.zip", Target(slug="changed"))


async def test_other_plugins(archive: Path, elsewhere: Runtime, tmp_path: Path) -> None:
    manifest = ArchiveReader(archive).manifest
    plugins = msgspec.to_builtins(manifest.plugins)
    plugins["shop"]["migrations"]["9999"] = "0" * 64
    plugins["gone"] = {"version": "3", "is_on": True, "requires": [], "migrations": {"1": "0" * 64}}
    plugins["payments"]["migrations"]["1"] = "0" * 64
    _rewritten(archive, tmp_path / "x.zip", {"plugins": plugins}, {})
    before = await traces(elsewhere)
    with pytest.raises(ArchiveRefused) as refused:
        await import_tenant(elsewhere, tmp_path / "x.zip", Target(slug="newer"))
    text = str(refused.value)
    assert "shop stands at revision 9999" in text
    assert "the plugin gone 3 is not installed here" in text
    assert "--without gone" in text
    assert "payments 0001 is another file here" in text
    assert await traces(elsewhere) == before


async def test_left_out(archive: Path, elsewhere: Runtime) -> None:
    with pytest.raises(ArchiveRefused, match="shop needs payments, which was to be left out"):
        await import_tenant(elsewhere, archive, Target(slug="less", without=frozenset({"payments"})))
    with pytest.raises(ArchiveRefused, match="there is no plugin weeds"):
        await import_tenant(elsewhere, archive, Target(slug="less", without=frozenset({"weeds"})))
    await import_tenant(elsewhere, archive, Target(slug="less", without=frozenset({"shop"})))
    there = elsewhere.directory.by_slug("less")
    assert there is not None
    assert there.plugins == {"payments", "payments_sandbox"}
    tables = (await digest_tenant(elsewhere, "less")).tables
    assert "payments_op" in tables
    assert not [name for name in tables if name.startswith("shop_")]


async def test_taken_names(archive: Path, elsewhere: Runtime, tenant: Tenant) -> None:
    await import_tenant(elsewhere, archive, Target(slug="taken"))
    before = await traces(elsewhere)
    with pytest.raises(Conflict):
        await import_tenant(elsewhere, archive, Target(slug="taken", hosts=("free.localhost",)))
    with pytest.raises(Conflict):
        await import_tenant(elsewhere, archive, Target(slug="free", hosts=("taken.localhost",)))
    with pytest.raises(Conflict, match="agency"):
        await import_tenant(elsewhere, archive, Target(slug="free", agency="nobody"))
    assert await traces(elsewhere) == before


async def test_nobody_to_export(runtime: Runtime, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        await export_tenant(runtime, "nobody", tmp_path / "x.zip")
    assert not list(tmp_path.iterdir())


async def test_the_manifest_is_for_people_too(archive: Path, tenant: Tenant) -> None:
    manifest: Manifest = ArchiveReader(archive).manifest
    assert manifest.slug == tenant.slug
    owners = {part.name: part.plugin for part in manifest.tables}
    assert (owners["payments_op"], owners["payments_sandbox_charge"]) == ("payments", "payments_sandbox")
    assert isinstance(manifest.plugins["shop"].migrations, dict)
    with zipfile.ZipFile(archive) as reader:
        open_ones = [name for name in reader.namelist() if name != "manifest.json" and "audit" not in name]
        assert not [name for name in open_ones if tenant.schema.encode() in reader.read(name)]
        assert not [name for name in open_ones if str(tenant.id).encode() in reader.read(name)]
