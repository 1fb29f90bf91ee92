"""`nakamise serve`: the web server alone, on a database that is there and migrated."""

from __future__ import annotations

import os
import resource
import signal

import click

from nakamise.cli.failure import plain_errors

SUPERVISOR = "NAKAMISE_SUPERVISOR"
KILL_SECONDS = 10
# At once in one process. granian's own limit is 1,024, and an open page of a room holds a connection for minutes.
CONNECTIONS_MAX = 12_000
# A socket is an open file; shells and service managers begin with 1,024 of them.
OPEN_FILES = 20_000


@click.command()
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1), help="Worker processes.")
@plain_errors
def serve(workers: int) -> None:
    """Serve HTTP on HOST:PORT with the database at NAKAMISE_DATABASE_URL."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    from nakamise.embedded.lifeline import die_with_parent
    from nakamise.settings import Settings

    settings = Settings.from_env()
    if settings.database_url is None:
        raise click.ClickException(
            "NAKAMISE_DATABASE_URL is not set; `nakamise run` brings a database of its own."
        )
    if supervisor := os.environ.get(SUPERVISOR):
        die_with_parent(int(supervisor), signal.SIGTERM)
    allow_open_files()
    Server(
        "nakamise.cli.worker:app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=workers,
        workers_kill_timeout=KILL_SECONDS,
        # Else one that is killed ends the others too; one that cannot start still ends the server.
        respawn_failed_workers=True,
        backlog=CONNECTIONS_MAX,
        backpressure=CONNECTIONS_MAX,
        log_level=LogLevels.warning,
    ).serve()


def allow_open_files() -> None:
    """As many as the system lets this process and its workers have, up to what they need."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
