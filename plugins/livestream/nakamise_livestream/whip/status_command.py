"""`nakamise media-status`: does the media engine answer, and how is it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Final

import click
import msgspec

from nakamise.plugin import InstallationConfig
from nakamise_livestream.media import WorkerHealth, WorkerState
from nakamise_livestream.sfu.client import EmbeddedEngine
from nakamise_livestream.sfu.pool import EnginePool
from nakamise_livestream.whip import engines
from nakamise_livestream.whip.external import ExternalEngine

# Beyond it viewers notice, and a worker that is nearly full should get company.
_LATE_MS: Final = 50.0
_FULL: Final = 0.9


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """``level`` is ok, warn or fail."""

    place: str
    level: str
    says: str
    health: WorkerHealth | None = None


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document, for monitoring.")
@click.pass_obj
def status(config: InstallationConfig, *, as_json: bool) -> None:
    """Ask every media worker how it is. Changes nothing; needs no database.

    Exit status 1 when one does not answer. Without NAKAMISE_MEDIA_WORKERS it is the worker of this machine, which web
    processes start when it is needed first.
    """
    findings = asyncio.run(_look(config))
    if as_json:
        click.echo(msgspec.json.encode(findings))
    else:
        for one in findings:
            click.echo(f"{one.level:<4}  {one.place}  {one.says}")
    if any(one.level == "fail" for one in findings):
        raise click.exceptions.Exit(1)


async def _look(config: InstallationConfig) -> list[Finding]:
    if config.media.whep_url:
        return [await _external(config)]
    async with _engine(config) as engine:
        return [_finding(state) for state in await engine.health()]


async def _external(config: InstallationConfig) -> Finding:
    engine = ExternalEngine(config.media)
    place = config.media.whip_url or ""
    try:
        if await engine.reachable():
            return Finding(place=place, level="ok", says="answers; of its load it tells nothing")
        return Finding(place=place, level="fail", says="does not answer: start it, or mend its address")
    finally:
        await engine.stop()


@contextlib.asynccontextmanager
async def _engine(config: InstallationConfig) -> AsyncIterator[EnginePool | EmbeddedEngine]:
    if config.media.workers:
        pool = engines.pool(config)
        pool.start()
        yield pool
        await pool.stop()
    else:
        local = engines.local_worker(config)
        engine = EmbeddedEngine(local.control, local.token)
        engine.start()
        yield engine
        # It may be waiting for web processes that come back.
        await engine.stop(for_good=False)


def _finding(state: WorkerState) -> Finding:
    health = state.health
    place = state.place.removeprefix("tcp:")
    if health is None:
        says = "does not answer: is it running, with the same NAKAMISE_SECRET_KEY?"
        return Finding(place=place, level="fail", says=says)
    worries = [
        *(["nearly full: add a worker"] if health.sessions >= health.max_sessions * _FULL else []),
        *(["late: viewers notice, add a worker"] if health.lag_ms > _LATE_MS else []),
    ]
    says = (
        f"{health.publishers} publishing, {health.viewers} watching, {health.sessions} of {health.max_sessions} sessions,"
        f" {health.relays} relayed in, {health.taps} read, late by {health.lag_ms} ms,"
        f" UDP {health.udp_port} of {', '.join(health.addresses)}"
    )
    level = "warn" if worries else "ok"
    return Finding(place=place, level=level, says="; ".join([*worries, says]), health=health)
