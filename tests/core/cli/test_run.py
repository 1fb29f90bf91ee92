"""`nakamise run` as an operator meets it: real processes, real signals."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path

import pytest

from nakamise.embedded.processes import children_of, postmaster_of
from tests.core.cli.conftest import Command, gone, healthy

READY = "Nakamise answers on port"


def start(port: int, data_dir: Path) -> Command:
    """An installation without demo data, once it answers."""
    command = Command("run", PORT=str(port), NAKAMISE_DATA=str(data_dir), NAKAMISE_ENV="production")
    command.wait_for(READY)
    return command


def postmaster(data_dir: Path) -> int:
    pid = postmaster_of(data_dir / "postgres" / "cluster")
    assert pid is not None
    return pid


def web_processes(command: Command, data_dir: Path) -> list[int]:
    """The web server and its worker."""
    database = postmaster(data_dir)
    servers = [pid for pid in children_of(command.process.pid) if pid != database]
    return servers + [worker for server in servers for worker in children_of(server)]


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.full)])
def test_a_signal_ends_everything(number: signal.Signals, port: int, data_dir: Path) -> None:
    command = start(port, data_dir)
    assert healthy(port)
    started = [postmaster(data_dir), *web_processes(command, data_dir)]
    assert len(started) >= 3

    assert command.end(number) == 0

    assert all(gone(pid) for pid in started)
    assert not healthy(port)


def test_killed_run_takes_its_web_server_along_and_the_next_one_recovers(port: int, data_dir: Path) -> None:
    command = start(port, data_dir)
    web = web_processes(command, data_dir)
    assert len(web) >= 2
    orphan = postmaster(data_dir)

    command.end(signal.SIGKILL)
    assert all(gone(pid) for pid in web)

    second = start(port, data_dir)
    assert healthy(port)
    assert gone(orphan)
    assert second.end() == 0


def test_postgres_that_dies_is_brought_back(port: int, data_dir: Path) -> None:
    command = start(port, data_dir)
    os.kill(postmaster(data_dir), signal.SIGKILL)

    command.wait_for("PostgreSQL had ended by itself and was started again.")

    assert healthy(port)
    assert command.end() == 0


def test_busy_port_is_one_sentence_before_anything_is_made(data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        number = holder.getsockname()[1]
        command = Command("run", PORT=str(number), NAKAMISE_DATA=str(data_dir))

        assert command.wait() == 1

    assert command.output == (
        f"Error: Port {number} is in use by another program. Choose another one, for instance PORT={number + 1}.\n"
    )
    assert not (data_dir / "postgres").exists()


@pytest.mark.parametrize("value", ["0", "70000", "web"])
def test_impossible_port(value: str, data_dir: Path) -> None:
    command = Command("run", PORT=value, NAKAMISE_DATA=str(data_dir))

    assert command.wait() == 1
    assert command.output.startswith(f"Error: PORT is {value!r}: use a number")
    assert command.output.count("\n") == 1


def test_data_folder_that_cannot_be_made(port: int, data_dir: Path) -> None:
    (data_dir / "file").write_text("")
    command = Command("run", PORT=str(port), NAKAMISE_DATA=str(data_dir / "file" / "below"))

    assert command.wait() == 1
    assert command.output.startswith("Error: ")
    assert command.output.count("\n") == 1


def test_given_database_that_does_not_answer(port: int, data_dir: Path) -> None:
    command = Command(
        "run",
        PORT=str(port),
        NAKAMISE_DATA=str(data_dir),
        NAKAMISE_DATABASE_URL=f"postgresql://someone:secret@127.0.0.1:{port}/none",
    )

    assert command.wait() == 1
    assert command.output.startswith("Error: The database at NAKAMISE_DATABASE_URL does not answer")
    assert "secret" not in command.output


def test_serve_needs_a_database(data_dir: Path) -> None:
    command = Command("serve", NAKAMISE_DATA=str(data_dir))

    assert command.wait() == 1
    assert "NAKAMISE_DATABASE_URL is not set" in command.output
