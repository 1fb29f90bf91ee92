"""Each fault of the machine ends in one clear sentence."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from nakamise.embedded import EmbeddedError, EmbeddedPostgres
from nakamise.embedded.binaries import choose
from tests.core.embedded.conftest import MakeServer

# A limit on the size of any file is the fault nearest to a full disk that needs no rights to make.
SMALL_DISK = """
import pathlib, resource, sys
from nakamise.embedded import EmbeddedError, EmbeddedPostgres
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
server = EmbeddedPostgres(pathlib.Path(sys.argv[1]))
try:
    server.start()
except EmbeddedError as error:
    print(error)
"""


def cluster(data_dir: Path) -> Path:
    return (data_dir / "cluster").resolve()


def test_data_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(EmbeddedError, match=r"cannot be used: File exists\. Choose another folder"):
        EmbeddedPostgres(tmp_path / "file").start()


@pytest.mark.parametrize("lost", ["PG_VERSION", "global/pg_control"])
def test_damaged_cluster(lost: str, make_server: MakeServer, data_dir: Path) -> None:
    server = make_server()
    server.start()
    server.stop()
    (cluster(data_dir) / lost).unlink()

    with pytest.raises(EmbeddedError, match=r"is damaged or incomplete\. Restore the folder"):
        server.start()


def test_lost_password(make_server: MakeServer, data_dir: Path) -> None:
    server = make_server()
    server.start()
    server.stop()
    (data_dir / "password").unlink()

    with pytest.raises(EmbeddedError, match="is damaged or incomplete"):
        server.start()


def test_damage_that_only_the_server_notices(make_server: MakeServer, data_dir: Path) -> None:
    server = make_server()
    server.start()
    server.stop()
    control = cluster(data_dir) / "global" / "pg_control"
    control.write_bytes(bytes(8192))

    with pytest.raises(EmbeddedError, match=r"could not start: .*FATAL.* The whole log is in"):
        server.start()


def test_data_of_a_version_that_is_not_installed() -> None:
    with pytest.raises(EmbeddedError, match=r"written by PostgreSQL 9, but only .*18.* is installed"):
        choose(9)


def test_fixed_port_in_use(data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        server = EmbeddedPostgres(data_dir, port=port, fsync=False)
        try:
            with pytest.raises(EmbeddedError, match=f"Port {port} for PostgreSQL is in use"):
                server.start()
        finally:
            server.remove()


def test_disk_that_cannot_hold_the_database(data_dir: Path, make_server: MakeServer) -> None:
    result = subprocess.run(
        [sys.executable, "-c", SMALL_DISK, str(data_dir)], capture_output=True, text=True, check=True
    )

    assert result.stdout.startswith("There is no room left on the disk for the database.")
    make_server().start()
