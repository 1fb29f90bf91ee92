"""What the operator's commands stand on: a database that is there, and errors in one sentence."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Concatenate, ParamSpec

import click
import msgspec

from nakamise.cli.failure import plain_errors

if TYPE_CHECKING:
    from nakamise.runtime import Runtime
    from nakamise.settings import Settings

P = ParamSpec("P")


@contextmanager
def installation() -> Iterator[Settings]:
    """Settings with a database that answers.

    The given one, else the embedded server of a running `nakamise run`, else the embedded server started
    for the moment.
    """
    from nakamise.embedded import EmbeddedPostgres
    from nakamise.embedded.running import running_url
    from nakamise.settings import Settings

    settings = Settings.from_env()
    if settings.database_url is not None:
        yield settings
        return
    folder = settings.data_dir / "postgres"
    if url := running_url(folder):
        yield msgspec.structs.replace(settings, database_url=url)
        return
    postgres = EmbeddedPostgres(folder)
    try:
        yield msgspec.structs.replace(settings, database_url=postgres.start())
    finally:
        postgres.stop()


def on_installation(
    command: Callable[Concatenate[Settings, P], Awaitable[None]],
) -> Callable[P, None]:
    """A coroutine as a command: gets the settings; faults end in one sentence."""

    @functools.wraps(command)
    @plain_errors
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        with installation() as settings:
            asyncio.run(_guarded(command, settings, *args, **kwargs))

    return run


async def _guarded(
    command: Callable[Concatenate[Settings, P], Awaitable[None]],
    settings: Settings,
    *args: P.args,
    **kwargs: P.kwargs,
) -> None:
    import asyncpg

    from nakamise.errors import NakamiseError

    try:
        await command(settings, *args, **kwargs)
    except (NakamiseError, ValueError) as error:
        raise click.ClickException(sentence(error)) from error
    except asyncpg.InvalidAuthorizationSpecificationError as error:
        raise click.ClickException(f"{error}. Is the database prepared? Run `nakamise migrate`.") from error
    except (OSError, asyncpg.PostgresError) as error:
        raise click.ClickException(f"The database refused: {error}") from error


def sentence(error: Exception) -> str:
    """What the user reads of ``error``."""
    from nakamise.errors import Invalid, Problem

    if isinstance(error, Invalid):
        return "; ".join(f"{name}: {fault.message % fault.params}" for name, fault in error.fields.items())
    if isinstance(error, Problem):
        return error.message % error.params
    return str(error)


@asynccontextmanager
async def open_runtime(settings: Settings, *, with_routes: bool = False) -> AsyncIterator[Runtime]:
    """``with_routes``: plugins are judged by their routes too, as a server judges them; it takes a second more."""
    from nakamise.serving.starting import without_collecting

    with without_collecting():
        from nakamise.building import build_runtime, close_runtime
        from nakamise.host.routes import Mounting

        mounting = Mounting.TRIED if with_routes else Mounting.NOTHING
        runtime = await build_runtime(settings, mounting=mounting)
    try:
        yield runtime
    finally:
        await close_runtime(runtime)
