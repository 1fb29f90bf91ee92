"""Latency counts from the moment at which a request was due; the bad plugins are plugins, and go away again."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from bench.bad_plugins import ACTS, installed
from bench.http_load import latencies
from nakamise.host.discovery import installed_entry_points
from nakamise.host.registry import PluginHost

STILL_S = 0.3
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


async def test_who_waits_behind_a_slow_answer_is_counted_from_when_he_came() -> None:
    asked = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        while True:
            try:
                await reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError:
                break
            asked += 1
            if asked == 1:
                await asyncio.sleep(STILL_S)
            writer.write(ANSWER)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        took = await latencies(port, "a.localhost", "/", per_second=100, seconds=STILL_S, callers=1)
    assert took == sorted(took)
    assert asked == len(took) > 10
    assert sum(one > STILL_S / 4 for one in took) > len(took) / 3, "one slow answer kept many waiting"


def test_each_act_is_an_installed_plugin_for_a_while(tmp_path: Path) -> None:
    before = os.environ.get("PYTHONPATH"), list(sys.path)
    with installed(tmp_path, list(ACTS)):
        host = PluginHost.discover(entry_points=installed_entry_points())
        assert host.refused == ()
        assert {*ACTS} <= {manifest.id for manifest in host.usable}
        assert str(tmp_path) in os.environ["PYTHONPATH"]
    assert (os.environ.get("PYTHONPATH"), sys.path) == before
    assert {*ACTS}.isdisjoint(point.name for point in installed_entry_points())
