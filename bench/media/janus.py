"""Janus (janus.conf.meetecho.com), if the system has it: what a viewer of its streaming plugin costs.

It gets the same packets as the engine, as plain RTP, and its viewers do ICE and DTLS as ours do. One event loop for
all viewers, which serves it better than its default of a thread for each.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import shutil
import socket
import statistics
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import httpx

from bench.cpu import cpu_s
from bench.harness import Result, Samples, Scale, medians
from bench.media.engine import paced, shares
from bench.media.feed import AUDIO, VIDEO, feed, packets_per_second
from bench.world import World
from nakamise.testing.server import free_port
from nakamise_livestream.sfu.rtp import header
from nakamise_livestream.sfu.worker.config import WorkerConfig, announced_addresses
from tests.plugins.livestream.sfu import offers
from tests.plugins.livestream.sfu.light import CERTIFICATE, LightViewer

VIEWERS = 100
_READY_S = 15.0
_PLUGIN = "janus.plugin.streaming"
_OURS = f"""\
a=ice-ufrag:{offers.UFRAG}\r
a=ice-pwd:{offers.PASSWORD}\r
a=fingerprint:sha-256 {CERTIFICATE.sha256}\r
a=setup:active\r
a=recvonly\r
a=candidate:1 1 udp 2130706431 {{candidate}} typ host\r
a=end-of-candidates\r
"""
_THEIRS = ("candidate", "end-of-c", "ice-", "fingerprint", "setup", "ssrc", "msid", "sendonly", "extmap")

_GENERAL = """\
general: {{
    debug_level = 2
    session_timeout = 0
    event_loops = 1
}}
nat: {{
    ice_enforce_list = "{address}"
}}
plugins: {{
    disable = "libjanus_audiobridge.so,libjanus_duktape.so,libjanus_echotest.so,libjanus_lua.so,libjanus_nosip.so,\
libjanus_recordplay.so,libjanus_sip.so,libjanus_textroom.so,libjanus_videocall.so,libjanus_videoroom.so,\
libjanus_voicemail.so"
}}
transports: {{
    disable = "libjanus_mqtt.so,libjanus_nanomsg.so,libjanus_pfunix.so,libjanus_rabbitmq.so,libjanus_websockets.so"
}}
"""
_HTTP = """\
general: {{
    http = true
    ip = "127.0.0.1"
    port = {port}
}}
"""
_STREAMS = """\
bench: {{
    type = "rtp"
    id = 1
    audio = true
    audioport = {audio}
    audiopt = {audio_type}
    audiocodec = "opus"
    video = true
    videoport = {video}
    videopt = {video_type}
    videocodec = "h264"
    videofmtp = "profile-level-id=42e01f;packetization-mode=1"
}}
"""


class Janus:
    """A running one: ``ports`` by kind is where it takes RTP, ``pid`` its process."""

    def __init__(self, address: str, ports: dict[str, int], pid: int, client: httpx.AsyncClient) -> None:
        self.ports = ports
        self._address = address
        self._pid = pid
        self._client = client
        self._session = ""

    async def ask(self, path: str, **request: Any) -> Any:
        answer = await self._client.post(path, json={"transaction": secrets.token_hex(6), **request})
        return answer.raise_for_status().json()

    async def open_session(self) -> None:
        self._session = f"/janus/{(await self.ask('/janus', janus='create'))['data']['id']}"

    async def viewer(self) -> LightViewer:
        """One more, connected."""
        attached = await self.ask(self._session, janus="attach", plugin=_PLUGIN)
        handle = f"{self._session}/{attached['data']['id']}"
        await self.ask(handle, janus="message", body={"request": "watch", "id": 1})
        offer = (await self._event(attached["data"]["id"]))["jsep"]["sdp"]
        made = LightViewer()
        candidate = f"{self._address} {await made.open(offer, self._address)}"
        jsep = {"type": "answer", "sdp": _answer(offer, candidate)}
        await self.ask(handle, janus="message", body={"request": "start"}, jsep=jsep)
        await self._event(attached["data"]["id"])
        await made.secure(offer)
        return made

    async def _event(self, handle: int) -> Any:
        """The plugin's next one for ``handle``."""
        async with asyncio.timeout(_READY_S):
            while True:
                event = (await self._client.get(self._session)).json()
                if event.get("sender") == handle and event["janus"] == "event":
                    return event

    def cpu(self) -> float:
        """CPU seconds so far."""
        return cpu_s(self._pid)


def _answer(offer: str, candidate: str) -> str:
    """Theirs, with our transport in every section; ``candidate`` is address and port."""
    ours = _OURS.format(candidate=candidate)
    kept = [
        line for line in offer.splitlines() if not line.startswith(tuple(f"a={name}" for name in _THEIRS))
    ]
    text = "".join(f"{line}\r\n" for line in kept)
    session, *sections = text.split("m=")
    return session + "".join(f"m={section}{ours}" for section in sections)


@contextlib.asynccontextmanager
async def running(command: str) -> AsyncIterator[Janus]:
    address = announced_addresses(WorkerConfig(control="", token=""))[0]
    ports = {"audio": free_port(), "video": free_port()}
    http = free_port()
    with tempfile.TemporaryDirectory(prefix="nakamise-janus-") as folder:
        _configure(Path(folder), address, ports, http)
        silent = asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(
            command, "--configs-folder", folder, stdout=silent, stderr=silent
        )
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{http}", timeout=40) as client:
                await _ready(client)
                janus = Janus(address, ports, process.pid, client)
                await janus.open_session()
                yield janus
        finally:
            process.terminate()
            await process.wait()


def _configure(folder: Path, address: str, ports: dict[str, int], http: int) -> None:
    (folder / "janus.jcfg").write_text(_GENERAL.format(address=address))
    (folder / "janus.transport.http.jcfg").write_text(_HTTP.format(port=http))
    streams = _STREAMS.format(**ports, audio_type=AUDIO.pt, video_type=VIDEO.pt)
    (folder / "janus.plugin.streaming.jcfg").write_text(streams)


async def _ready(client: httpx.AsyncClient) -> None:
    async with asyncio.timeout(_READY_S):
        while True:
            with contextlib.suppress(httpx.TransportError):
                if (await client.get("/janus/info")).is_success:
                    return
            await asyncio.sleep(0.1)


async def _send(janus: Janus, seconds: float) -> None:
    """The publisher's packets, as they come due."""
    due = (each for each in feed() if not each.control)
    head = next(due)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        async for at in paced(0.0, seconds):
            while head.at <= at:
                kind = "audio" if head.packet[1] & header.PAYLOAD_TYPE == AUDIO.pt else "video"
                out.sendto(head.packet, ("127.0.0.1", janus.ports[kind]))
                head = next(due)


async def _theirs(command: str, scale: Scale) -> list[float]:
    """CPU per viewer in % of a core, of the whole process."""
    async with running(command) as janus:
        viewers = [await janus.viewer() for _ in range(VIEWERS)]
        seconds = 2 * scale.seconds * scale.rounds
        sending = asyncio.create_task(_send(janus, seconds + 2))
        await asyncio.sleep(1)
        found = [await _share(janus, viewers, 2 * scale.seconds) for _ in range(scale.rounds)]
        await sending
        missing = sum(viewer.datagrams == 0 for viewer in viewers)
        for viewer in viewers:
            await viewer.close()
    if missing:
        raise RuntimeError(f"{missing} of Janus' viewers got nothing")
    return found


async def _share(janus: Janus, viewers: Sequence[LightViewer], seconds: float) -> float:
    """Of packets that arrived, as `shares` of the engine."""
    used, before = janus.cpu(), sum(viewer.datagrams for viewer in viewers)
    await asyncio.sleep(seconds)
    got = sum(viewer.datagrams for viewer in viewers) - before
    return 100 * (janus.cpu() - used) / got * packets_per_second()


async def measure(_world: World, scale: Scale) -> list[Result]:
    command = shutil.which("janus")
    if command is None:
        print("no Janus here (apt-get install janus), so not compared with it;", end=" ")
        return []
    samples: Samples = {"Janus": await _theirs(command, scale), "engine": await shares(VIEWERS, scale)}
    ratio = statistics.median(samples["Janus"]) / statistics.median(samples["engine"])
    note = f"CPU per viewer at {VIEWERS}: {medians(samples, '%', 3)}"
    return [Result(name="media_janus_over_engine", value=ratio, unit="x", note=note, samples=samples)]
