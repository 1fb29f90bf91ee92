"""`nakamise worker` and `nakamise events`: background work in a process of its own, and what it gave up on."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import click

from nakamise.cli.installation import on_installation, open_runtime

if TYPE_CHECKING:
    from nakamise.settings import Settings


@click.command()
@click.option("--concurrency", type=click.IntRange(1, 64), help="Jobs at a time; default 4.")
@on_installation
async def worker(settings: Settings, concurrency: int | None) -> None:
    """Do background jobs until SIGINT or SIGTERM; jobs in work get a moment to finish.

    Web processes do jobs too, unless NAKAMISE_JOBS is 0; workers beside them share the queue.
    """
    import asyncio
    import signal

    stop = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    async with open_runtime(settings) as runtime:
        if concurrency is not None:
            runtime.jobs.concurrency = concurrency
        async with runtime.jobs.worker(runtime):
            click.echo(f"Working, {runtime.jobs.concurrency} jobs at a time. Ctrl-C stops it.")
            await stop.wait()


@click.group()
def events() -> None:
    """Jobs and deliveries of events that failed every time."""


@events.command()
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
@on_installation
async def dead(settings: Settings, limit: int) -> None:
    """One line for each, the oldest first: id, tenant, name, tries, last error."""
    from nakamise.jobs.overview import dead_jobs

    async with open_runtime(settings) as runtime:
        for job in await dead_jobs(runtime.db, limit=limit):
            error = " ".join(job.last_error.split())
            click.echo(f"{job.id}\t{job.tenant}\t{job.name}\t{job.attempts}\t{error}")


@events.command()
@click.argument("job_ids", nargs=-1, type=click.UUID)
@click.option("--all", "everything", is_flag=True, help="Every dead one.")
@on_installation
async def retry(settings: Settings, job_ids: tuple[uuid.UUID, ...], everything: bool) -> None:
    """Give JOB_IDS another round of tries."""
    from nakamise.jobs.overview import dead_jobs, revive

    if bool(job_ids) == everything:
        raise click.UsageError("Name jobs, or use --all.")
    async with open_runtime(settings) as runtime:
        wanted = job_ids or tuple(job.id for job in await dead_jobs(runtime.db, limit=10_000))
        missing = [job_id for job_id in wanted if not await revive(runtime.db, job_id)]
    click.echo(f"{len(wanted) - len(missing)} of {len(wanted)} are tried again.")
    if missing:
        raise click.ClickException(f"Not dead, or not there: {', '.join(map(str, missing))}")
