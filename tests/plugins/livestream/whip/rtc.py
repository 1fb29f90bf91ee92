"""aiortc as a WHIP and a WHEP client over HTTP."""

from __future__ import annotations

import httpx
from aiortc import RTCPeerConnection, RTCSessionDescription

from tests.plugins.livestream.sfu.rtc import Publisher, Viewer, connected

SDP = {"Content-Type": "application/sdp"}


async def post(client: httpx.AsyncClient, url: str, offer: str, key: str = "") -> httpx.Response:
    """``key`` "": the client's cookie counts, if it has one."""
    request = client.build_request("POST", url, content=offer, headers=SDP)
    if key:
        request.headers["Authorization"] = f"Bearer {key}"
    return await client.send(request)


async def send(client: httpx.AsyncClient, url: str, publisher: Publisher, key: str = "") -> httpx.Response:
    """Publishes; the connection stands."""
    answer = await post(client, url, await publisher.offer(), key)
    await take(publisher.connection, answer)
    return answer


async def watch(client: httpx.AsyncClient, url: str, viewer: Viewer) -> httpx.Response:
    answer = await post(client, url, await viewer.offer())
    await take(viewer.connection, answer)
    return answer


async def take(connection: RTCPeerConnection, answer: httpx.Response) -> None:
    assert answer.status_code == 201, answer.text
    await connection.setRemoteDescription(RTCSessionDescription(answer.text, "answer"))
    await connected(connection)
