"""The seals over what agencies and operators did: nothing of it changes, goes or is slipped in unnoticed."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from nakamise.admin.site.seals import seal_quietly
from nakamise.contracts.audit import LogVerdict
from nakamise.ids import uuid7
from nakamise.runtime import Runtime
from nakamise.tenancy.control import By, note
from nakamise.tenancy.control_seals import seal, verify
from nakamise.tenancy.owner import owner_connection
from nakamise.tenancy.transfer.enter import Target
from nakamise.tenancy.transfer.export import export_tenant
from nakamise.tenancy.transfer.load import import_tenant
from nakamise.testing.tenants import tenant_with
from tests.core.tenancy.agencies.houses import console
from tests.core.tenancy.transfer.parts import another_installation, ctx_of

pytestmark = pytest.mark.req("BX-18")

# What somebody who owns the database could write into one line.
FORGED = {
    "at": "at - interval '1 second'",
    "actor": "'somebody'",
    "act": "'tenant.resume'",
    "tenant_id": "gen_random_uuid()",
    "tenant_slug": "'other'",
    "agency_id": "gen_random_uuid()",
    "actor_user_id": "NULL",
    "actor_agency_id": "gen_random_uuid()",
    "detail": "'{}'",
}
TEN_DAYS = timedelta(days=10)


@pytest.fixture(scope="module")
async def installation(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Runtime]:
    """Its log is ruined by these tests, so it is theirs alone."""
    async with another_installation(Path(tmp_path_factory.mktemp("data"))) as built:
        yield built


@pytest.fixture
async def db_owner(installation: Runtime) -> AsyncIterator[asyncpg.Connection]:
    """Each test begins with an empty log."""
    async with owner_connection(installation.settings) as connection:
        await connection.execute(
            "TRUNCATE nakamise.control_audit, nakamise.control_audit_link, nakamise.control_audit_seal"
        )
        yield connection


async def write(connection: asyncpg.Connection, agency_id: uuid.UUID | None = None) -> uuid.UUID:
    agency_id = agency_id or uuid.uuid4()
    by = By(name="花", user_id=uuid.uuid4(), agency_id=agency_id)
    name = str(uuid.uuid4())
    await note(connection, "agency.rename", agency_id=agency_id, actor=by, detail={"after": name})
    found = await connection.fetchval(
        "SELECT id FROM nakamise.control_audit WHERE detail->>'after' = $1", name
    )
    return uuid.UUID(str(found))


async def slip_in(connection: asyncpg.Connection, line_id: uuid.UUID, ago: timedelta) -> uuid.UUID:
    await connection.execute(
        "INSERT INTO nakamise.control_audit (id, at, actor, act) VALUES ($1, now() - $2::interval, 'x', 'tenant.plan')",
        *(line_id, ago),
    )
    return line_id


def id_of(ago: timedelta) -> uuid.UUID:
    """As ``uuid7`` would have made it then."""
    moment = int.from_bytes(uuid7().bytes[:6]) - int(ago.total_seconds() * 1000)
    return uuid.UUID(bytes=moment.to_bytes(6) + uuid7().bytes[6:])


async def test_an_untouched_log_is_sound_and_says_until_when(
    installation: Runtime, db_owner: asyncpg.Connection
) -> None:
    assert (await verify(installation.db)).until is None
    for _ in range(5):
        await write(db_owner)
    first = await verify(installation.db)
    await write(db_owner)
    second = await verify(installation.db)
    assert first.ok
    assert second.ok
    assert (first.seals, first.rows, second.seals, second.rows) == (1, 5, 2, 6)
    assert second.hash != first.hash
    assert second.until is not None


@pytest.mark.parametrize("column", FORGED)
async def test_a_line_that_was_edited_is_found(
    installation: Runtime, db_owner: asyncpg.Connection, column: str
) -> None:
    victim = await write(db_owner)
    await seal(installation.db)
    await write(db_owner)
    await db_owner.execute(
        f"UPDATE nakamise.control_audit SET {column} = {FORGED[column]} WHERE id = $1", victim
    )
    verdict = await verify(installation.db)
    assert (verdict.ok, verdict.changed, verdict.wrong) == (False, [victim], 1)


async def test_every_column_is_sealed(db_owner: asyncpg.Connection) -> None:
    columns = await db_owner.fetch(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'nakamise.control_audit'::regclass"
        " AND attnum > 0 AND NOT attisdropped"
    )
    assert {row["attname"] for row in columns} == {"id", *FORGED}


async def test_a_line_that_was_removed_is_found(installation: Runtime, db_owner: asyncpg.Connection) -> None:
    victim = await write(db_owner)
    await seal(installation.db)
    await db_owner.execute("DELETE FROM nakamise.control_audit WHERE id = $1", victim)
    verdict = await verify(installation.db)
    assert (verdict.ok, verdict.removed) == (False, [victim])
    await db_owner.execute("DELETE FROM nakamise.control_audit_link WHERE audit_id = $1", victim)
    assert (await verify(installation.db)).broken_seal == 1


async def test_a_line_with_an_older_time_is_found(
    installation: Runtime, db_owner: asyncpg.Connection
) -> None:
    await write(db_owner)
    await seal(installation.db)
    wholly = await slip_in(db_owner, id_of(TEN_DAYS), TEN_DAYS)
    by_time = await slip_in(db_owner, uuid7(), TEN_DAYS)
    by_id = await slip_in(db_owner, id_of(TEN_DAYS), timedelta())
    verdict = await verify(installation.db)
    assert not verdict.ok
    assert set(verdict.inserted) == {wholly, by_time, by_id}


async def test_moving_the_times_of_seals_does_not_hide_it(
    installation: Runtime, db_owner: asyncpg.Connection
) -> None:
    kept = await write(db_owner)
    await seal(installation.db)
    await slip_in(db_owner, id_of(TEN_DAYS), TEN_DAYS)
    await db_owner.execute("UPDATE nakamise.control_audit_seal SET at = at - interval '20 days'")
    assert (await verify(installation.db)).inserted == [kept]


async def test_an_old_log_is_sealed_in_parts(
    installation: Runtime, db_owner: asyncpg.Connection, tmp_path: Path
) -> None:
    """Years of it at once, also with a tenant that is imported: nothing of that was slipped in."""
    tenant = await tenant_with(installation, ())
    await db_owner.execute(
        "INSERT INTO nakamise.control_audit (id, at, actor, act, tenant_id, tenant_slug)"
        " SELECT overlay($2 PLACING lpad(to_hex(n), 12, '0') FROM 25)::uuid, at - $3::interval, 'x',"
        " 'tenant.plan', tenant_id, tenant_slug FROM nakamise.control_audit, generate_series(1, 12000) n"
        " WHERE tenant_id = $1 AND act = 'tenant.create'",
        *(tenant.id, str(id_of(TEN_DAYS)), TEN_DAYS),
    )
    await export_tenant(installation, tenant.slug, tmp_path / "t.zip")
    first = await verify(installation.db)
    assert (first.ok, first.seals) == (True, 2)
    await db_owner.execute(
        "TRUNCATE nakamise.control_audit, nakamise.control_audit_link, nakamise.control_audit_seal"
    )
    await write(db_owner)
    await seal(installation.db)
    await import_tenant(installation, tmp_path / "t.zip", Target(slug=f"{tenant.slug}-2"))
    after = await verify(installation.db)
    assert (after.ok, after.seals) == (True, 3), after.inserted
    assert after.rows > 12_000


async def test_a_line_with_a_link_of_its_own_breaks_the_seal(
    installation: Runtime, db_owner: asyncpg.Connection
) -> None:
    await write(db_owner)
    await seal(installation.db)
    forged = await slip_in(db_owner, uuid7(), timedelta())
    await db_owner.execute(
        "INSERT INTO nakamise.control_audit_link (audit_id, seal, hash) VALUES ($1, 1, sha256('x'))", forged
    )
    verdict = await verify(installation.db)
    assert (verdict.ok, verdict.broken_seal) == (False, 1)


async def test_cutting_off_the_end_is_seen_by_who_noted_a_hash(
    installation: Runtime, db_owner: asyncpg.Connection
) -> None:
    await write(db_owner)
    await seal(installation.db)
    victim = await write(db_owner)
    noted = await verify(installation.db)
    await db_owner.execute("DELETE FROM nakamise.control_audit_link WHERE audit_id = $1", victim)
    await db_owner.execute("DELETE FROM nakamise.control_audit_seal WHERE number = 2")
    await db_owner.execute("DELETE FROM nakamise.control_audit WHERE id = $1", victim)
    after = await verify(installation.db)
    assert after.ok
    assert (after.seals, noted.seals) == (1, 2)
    assert after.hash != noted.hash


async def test_what_comes_with_an_import_was_not_slipped_in(
    installation: Runtime, db_owner: asyncpg.Connection, tmp_path: Path
) -> None:
    tenant = await tenant_with(installation, ())
    line = id_of(TEN_DAYS)
    await db_owner.execute(
        "UPDATE nakamise.control_audit SET id = $2, at = at - $3::interval WHERE tenant_id = $1",
        *(tenant.id, line, TEN_DAYS),
    )
    await export_tenant(installation, tenant.slug, tmp_path / "t.zip")
    await db_owner.execute("TRUNCATE nakamise.control_audit")
    await write(db_owner)
    await seal(installation.db)
    await import_tenant(installation, tmp_path / "t.zip", Target(slug=f"{tenant.slug}-2"))
    assert await db_owner.fetchval("SELECT tenant_id FROM nakamise.control_audit WHERE id = $1", line)
    assert (await verify(installation.db)).ok
    later = await slip_in(db_owner, id_of(TEN_DAYS), TEN_DAYS)
    await db_owner.execute(
        "UPDATE nakamise.control_audit SET tenant_id ="
        " (SELECT tenant_id FROM nakamise.control_audit WHERE id = $2) WHERE id = $1",
        *(later, line),
    )
    assert (await verify(installation.db)).inserted == [later]


async def test_nobody_but_the_databases_owner_changes_anything(
    installation: Runtime, db_owner: asyncpg.Connection
) -> None:
    await write(db_owner)
    await seal(installation.db)
    for table in ("control_audit", "control_audit_seal", "control_audit_link"):
        for statement in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with installation.db.control() as tx:
                    await tx.execute(statement)


async def test_a_line_committed_late_is_sealed_by_the_next_seal(
    installation: Runtime, db_owner: asyncpg.Connection
) -> None:
    async with db_owner.transaction():
        await write(db_owner)
        async with owner_connection(installation.settings) as other:
            await write(other)
        assert await seal(installation.db) == 1
    assert await seal(installation.db) == 1
    assert (await verify(installation.db)).ok


async def test_many_writers_and_sealers_at_once_make_one_chain(
    installation: Runtime, db_owner: asyncpg.Connection
) -> None:
    async def work() -> None:
        for _ in range(5):
            async with installation.db.control() as tx:
                await note(tx.connection, "agency.rename", agency_id=uuid.uuid4())
            await seal(installation.db)

    await asyncio.gather(*(work() for _ in range(8)))
    verdict = await verify(installation.db)
    assert (verdict.ok, verdict.rows) == (True, 40)


async def test_the_log_is_sealed_with_one_of_the_tenants(
    installation: Runtime, db_owner: asyncpg.Connection
) -> None:
    tenants = [await tenant_with(installation, ()) for _ in range(2)]
    await installation.directory.refresh()
    oldest = installation.directory.caretaker
    assert oldest is not None
    assert oldest == min(tenant.id for tenant in installation.directory.all() if tenant.is_active)
    count = "SELECT count(*) FROM nakamise.control_audit_seal"
    await seal_quietly(ctx_of(installation, next(one for one in tenants if one.id != oldest)))
    assert await db_owner.fetchval(count) == 0
    caretaker = installation.directory.by_id(oldest)
    assert caretaker is not None
    await seal_quietly(ctx_of(installation, caretaker))
    assert await db_owner.fetchval(count) == 1


async def test_an_agency_is_told_of_its_own_lines(
    installation: Runtime, db_owner: asyncpg.Connection
) -> None:
    ours = await console(installation, db_owner, await tenant_with(installation, ()))
    theirs = await console(installation, db_owner, await tenant_with(installation, ()))
    operator = await console(installation, db_owner, await tenant_with(installation, ()), is_operator=True)
    await db_owner.execute("TRUNCATE nakamise.control_audit")
    lines = [await write(db_owner, one.agency_id) for one in (ours, ours, theirs, theirs)]
    sound = await ours.plane.verify_audit()
    assert (sound.ok, sound.rows) == (True, 2)
    assert (await operator.plane.verify_audit()).rows == 4

    await db_owner.execute("DELETE FROM nakamise.control_audit WHERE id = $1", lines[2])
    forged = [lines[0], lines[3]]
    await db_owner.execute("UPDATE nakamise.control_audit SET actor = 'x' WHERE id = ANY ($1)", forged)

    def told(verdict: LogVerdict) -> tuple[bool, set[uuid.UUID], set[uuid.UUID]]:
        return verdict.ok, {*verdict.changed}, {*verdict.removed}

    assert told(await ours.plane.verify_audit()) == (False, {lines[0]}, set())
    assert told(await theirs.plane.verify_audit()) == (False, {lines[3]}, set())
    assert told(await operator.plane.verify_audit()) == (False, {*forged}, {lines[2]})
