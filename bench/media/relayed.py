"""Viewers by aiortc in a process of their own: each line in is an offer as JSON, each line out an answer."""

from __future__ import annotations

import asyncio
import json
import sys

from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError


async def _drain(track: MediaStreamTrack) -> None:
    while True:
        try:
            await track.recv()
        except MediaStreamError:
            return


async def main() -> None:
    reading: set[asyncio.Task[None]] = set()
    connections: list[RTCPeerConnection] = []
    while line := await asyncio.to_thread(sys.stdin.readline):
        connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        connections.append(connection)
        connection.on("track", lambda track: reading.add(asyncio.create_task(_drain(track))))
        await connection.setRemoteDescription(RTCSessionDescription(json.loads(line), "offer"))
        await connection.setLocalDescription(await connection.createAnswer())
        print(json.dumps(connection.localDescription.sdp), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
