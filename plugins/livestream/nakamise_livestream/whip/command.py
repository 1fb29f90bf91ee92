"""`nakamise media`: media workers in processes of their own, on this machine or on one that does nothing else."""

from __future__ import annotations

import asyncio
import ipaddress
import signal
from collections.abc import Sequence

import click

from nakamise.plugin import InstallationConfig
from nakamise_livestream.sfu.child import WorkerChild
from nakamise_livestream.sfu.worker.config import WorkerConfig
from nakamise_livestream.whip.engines import token_of


class _Place(click.ParamType[tuple[str, int]]):
    name = "address:port"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        host, _, port = str(value).rpartition(":")
        try:
            ipaddress.ip_address(host.strip("[]"))
        except ValueError:
            self.fail(f"{value} is no address:port, like 10.0.0.7:7000", param, ctx)
        if not port.isdecimal() or not 0 < int(port) < 65536:
            self.fail(f"{value} has no port", param, ctx)
        return host, int(port)


@click.command()
@click.option(
    "--listen",
    type=_Place(),
    default="127.0.0.1:7000",
    show_default=True,
    help="Where web processes and other workers ask, by TCP without TLS: a private network only.",
)
@click.option(
    "--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="One for each core to use."
)
@click.pass_obj
def media(config: InstallationConfig, listen: tuple[str, int], workers: int) -> None:
    """Forward live video until SIGINT or SIGTERM; a worker that dies is started again.

    Each further worker takes the next port, of --listen and of NAKAMISE_MEDIA_UDP_PORT. Needs the same
    NAKAMISE_SECRET_KEY as the web processes, which are told of it by NAKAMISE_MEDIA_WORKERS; no database.
    """
    made = [_worker(config, listen, number) for number in range(workers)]
    places = ",".join(one.control.removeprefix("tcp:") for one in made)
    click.echo(f"For the web processes: NAKAMISE_MEDIA_WORKERS={places}")
    asyncio.run(_run(made))


def _worker(config: InstallationConfig, listen: tuple[str, int], number: int) -> WorkerConfig:
    host, port = listen
    udp_port = config.media.udp_port
    return WorkerConfig(
        control=f"tcp:{host}:{port + number}",
        token=token_of(config),
        udp_port=udp_port + number if udp_port else 0,
        addresses=config.media.addresses,
    )


async def _run(configs: Sequence[WorkerConfig]) -> None:
    stop = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    children = [WorkerChild(config) for config in configs]
    for child in children:
        child.start()
    await stop.wait()
    await asyncio.gather(*(child.stop() for child in children))
