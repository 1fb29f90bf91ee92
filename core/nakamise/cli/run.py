"""`nakamise run`: everything on this machine, from an empty folder to a page that answers."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import asyncpg
import click
import msgspec

from nakamise.cli.failure import plain_errors
from nakamise.cli.ports import require_free_port
from nakamise.cli.serve import KILL_SECONDS, SUPERVISOR
from nakamise.embedded import EmbeddedPostgres
from nakamise.settings import Settings

CONNECT_SECONDS = 10.0
READY_SECONDS = 60.0
WATCH_SECONDS = 0.5
EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - names what the user asked for


@click.command()
@plain_errors
def run() -> None:
    """Start PostgreSQL, migrate, fill the demo and serve on PORT; Ctrl-C ends all of it."""
    # As Ctrl-C: an exception in the main thread, so that everything is left through its `finally`.
    # SIGINT too: a shell's background job inherits it ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    settings = Settings.from_env()
    require_free_port(settings.host, settings.port)
    with contextlib.suppress(KeyboardInterrupt), _postgres(settings) as postgres:
        if postgres is not None:
            settings = _started(postgres, settings)
        else:
            asyncio.run(_require_database(settings.database_url or ""))
        asyncio.run(_prepare(settings))
        with _server(settings) as server:
            _wait_until_ready(settings, server)
            _announce(settings)
            _watch(server, postgres)


@contextlib.contextmanager
def _postgres(settings: Settings) -> Iterator[EmbeddedPostgres | None]:
    """Our own PostgreSQL, not started yet, unless a database URL was given; stopped in the end."""
    if settings.database_url is not None:
        yield None
        return
    postgres = EmbeddedPostgres(settings.data_dir / "postgres")
    try:
        yield postgres
    finally:
        _ignore_signals()
        postgres.stop()


def _started(postgres: EmbeddedPostgres, settings: Settings) -> Settings:
    began = time.monotonic()
    url = postgres.start()
    click.echo(f"PostgreSQL is up ({time.monotonic() - began:.1f} s)")
    return msgspec.structs.replace(settings, database_url=url)


@contextlib.contextmanager
def _server(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    environment = os.environ | {
        "NAKAMISE_DATABASE_URL": settings.database_url or "",
        "NAKAMISE_DATA": str(settings.data_dir),
        SUPERVISOR: str(os.getpid()),
    }
    command = [sys.executable, "-c", "from nakamise.cli import main; main()", "serve"]
    # A session of its own, so that Ctrl-C reaches us alone and we end things in order.
    server = subprocess.Popen(command, env=environment, start_new_session=True)
    try:
        yield server
    finally:
        _ignore_signals()
        server.terminate()
        try:
            server.wait(KILL_SECONDS + 5)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _ignore_signals() -> None:
    """A second Ctrl-C must not stop the stopping: each step has a time limit."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


async def _require_database(url: str) -> None:
    try:
        connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS)
    except (OSError, ValueError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        reason = str(error) or type(error).__name__
        raise click.ClickException(
            f"The database at NAKAMISE_DATABASE_URL does not answer: {reason}"
        ) from error
    await connection.close()


async def _prepare(settings: Settings) -> None:
    from nakamise.tenancy.bootstrap import prepare

    await prepare(settings, click.echo)


def _wait_until_ready(settings: Settings, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        if _answers(settings.host, settings.port):
            return
        time.sleep(0.05)
    raise click.ClickException("The web server did not come up; the reason stands above.")


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(EVERY_ADDRESS.get(host, host), port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _watch(server: subprocess.Popen[bytes], postgres: EmbeddedPostgres | None) -> None:
    """Stay until a signal ends us; bring PostgreSQL back when it dies."""
    while server.poll() is None:
        if postgres is not None and postgres.revive():
            click.echo("PostgreSQL had ended by itself and was started again.")
        time.sleep(WATCH_SECONDS)
    raise click.ClickException(f"The web server ended by itself (status {server.returncode}).")


def _announce(settings: Settings) -> None:
    from nakamise.tenancy.bootstrap import demo_logins

    site = ""
    for login in demo_logins(settings) if settings.environment == "demo" else ():
        if login.url != site:
            site = login.url
            click.secho(f"\n{login.tenant}  {site}", bold=True)
        second = "  + `nakamise demo code`" if login.totp_secret else ""
        click.echo(f"  {login.email:34} {login.password:22} {', '.join(login.roles) or 'buyer'}{second}")
    click.secho(f"\nNakamise answers on port {settings.port}. Ctrl-C stops it.", bold=True)
