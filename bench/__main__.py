"""``python -m bench [--media | --only NAME …] [--quick | --rounds N] [--keep]``: measure, print a table, keep a whole run under bench/results."""

from __future__ import annotations

import argparse
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

import msgspec
import uvloop

from bench import (
    checkout,
    checkout_http,
    flash,
    gate,
    list_html,
    list_http,
    list_json,
    list_peer,
    many_plugins,
    many_tenants,
    neighbours,
    rooms,
    tenants,
)
from bench.harness import FULL, QUICK, Result, Scale
from bench.machine import Machine, describe
from bench.media import delay as media_delay
from bench.media import fanout as media_fanout
from bench.media import janus as media_janus
from bench.media import joining as media_joining
from bench.media import relay as media_relay
from bench.media import storm as media_storm
from bench.report import Run, save, table
from bench.world import World, open_world

Measurement = Callable[[World, Scale], Awaitable[list[Result]]]
MEASUREMENTS: dict[str, Measurement] = {
    "list_json": list_json.measure,
    "list_http": list_http.measure,
    "list_html": list_html.measure,
    "list_peer": list_peer.measure,
    "checkout": checkout.measure,
    "flash": flash.measure,
    "checkout_http": checkout_http.measure,
    "tenants": tenants.measure,
    "many_plugins": many_plugins.measure,
    "neighbours": neighbours.measure,
    "gate": gate.measure,
    "rooms": rooms.measure,
    "media_fanout": media_fanout.measure,
    "media_delay": media_delay.measure,
    "media_relay": media_relay.measure,
    "media_janus": media_janus.measure,
    "media_joining": media_joining.measure,
    "media_storm": media_storm.measure,
    # Last: a database of 1,000 tenants is slower for everybody.
    "many_tenants": many_tenants.measure,
}
LIVE = ("rooms", *(name for name in MEASUREMENTS if name.startswith("media_")))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure against the goals.")
    parser.add_argument("--only", action="append", choices=MEASUREMENTS, help="this one; may be repeated")
    parser.add_argument("--media", action="store_true", help="all that is about live media")
    parser.add_argument("--quick", action="store_true", help="tiny sizes: does it run at all?")
    parser.add_argument("--rounds", type=int, default=FULL.rounds, help=f"instead of {FULL.rounds}")
    parser.add_argument("--keep", action="store_true", help="under bench/results, though it is not all")
    options = parser.parse_args()
    for chatty in ("aioice", "httpx"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    names = options.only or [name for name in MEASUREMENTS if name in LIVE or not options.media]
    scale = QUICK if options.quick else msgspec.structs.replace(FULL, rounds=options.rounds)
    machine, results = uvloop.run(_measure(names, scale))
    print(f"\n{machine}\n\n{table(results)}")
    if options.keep or not (options.only or options.quick):
        run = Run(at=datetime.now(UTC), machine=machine, scale=scale, results=results)
        print(f"\nkept in {save(run)}")


async def _measure(names: Sequence[str], scale: Scale) -> tuple[Machine, list[Result]]:
    results: list[Result] = []
    async with open_world() as world:
        async with world.runtime.db.control(read_only=True) as tx:
            machine = describe(await tx.value("SELECT current_setting('server_version')"))
        for name in names:
            began = time.monotonic()
            print(f"{name} ...", end=" ", flush=True)
            found = await MEASUREMENTS[name](world, scale)
            # Said at once: a run takes long, and one that is broken off has said something.
            said = ", ".join(f"{one.name} {one.value:.2f} {one.unit}" for one in found)
            print(f"{time.monotonic() - began:.0f} s: {said}", flush=True)
            results += found
    return machine, results


if __name__ == "__main__":
    main()
