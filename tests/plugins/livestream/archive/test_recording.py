"""From WHIP to a recording that plays, with aiortc as the publisher."""

from __future__ import annotations

import asyncio
import io
import os
import signal
from itertools import pairwise
from pathlib import Path

import av
import httpx
import pytest
from PIL import Image

from nakamise.testing.fixtures import ClientFor, MakeTenant
from nakamise.testing.people import Person
from nakamise_livestream.archive import keeping
from tests.plugins.livestream.archive.player import Played, play
from tests.plugins.livestream.sfu.encoder import EncodedTrack
from tests.plugins.livestream.sfu.rtc import publisher
from tests.plugins.livestream.stage import Json, Stage, act, ok, on_air, planned
from tests.plugins.livestream.whip.rtc import post, send, take
from tests.plugins.livestream.whip.waiting import until

API = "/api/livestream"


async def segments(stage: Stage, broadcast: Json) -> int:
    found = await stage.value(
        "SELECT count(*) FROM livestream_segment WHERE broadcast_id = $1", broadcast["id"]
    )
    return int(found)


async def has_segments(stage: Stage, broadcast: Json, number: int) -> None:
    async def are_there() -> bool:
        return await segments(stage, broadcast) >= number

    await until(are_there, within=30.0)


def hls(broadcast: Json) -> str:
    return f"/livestream/{broadcast['id']}/hls/index.m3u8"


def archive_of(broadcast: Json) -> str:
    return f"{API}/broadcasts/{broadcast['id']}/archive"


def studio_of(broadcast: Json) -> str:
    return f"{API}/studio/broadcasts/{broadcast['id']}/archive"


@pytest.mark.req("GL-03")
async def test_a_broadcast_is_recorded_and_published_and_deleted(
    stage: Stage, presenter: Person, client: ClientFor, make_tenant: MakeTenant
) -> None:
    broadcast = await planned(presenter)
    guest = client(stage.tenant)
    await _records(stage, presenter, guest, broadcast)
    found = await ok(await guest.get(archive_of(broadcast)))
    assert found["is_complete"]
    played = await play(guest, found["playlist"])
    _is_whole(played, found["duration_s"])
    await _counts_views(guest, presenter.client, client(stage.tenant), archive_of(broadcast))
    poster = await guest.get(found["poster"])
    assert Image.open(io.BytesIO(poster.content)).format == "WEBP"
    await _is_one_file(guest, presenter.client, broadcast, len(played.pictures))
    await _is_hidden_and_shown(guest, presenter.client, broadcast)
    other = await make_tenant(plugins=("livestream",))
    assert (await client(other).get(hls(broadcast))).status_code == 404
    assert len(await stage.ctx.runtime.store.keys(stage.tenant.schema)) == played.segments + 2
    assert (await presenter.client.delete(studio_of(broadcast))).status_code == 204
    assert (await presenter.client.get(archive_of(broadcast))).status_code == 404
    await keeping.purge(stage.ctx)
    assert await stage.ctx.runtime.store.keys(stage.tenant.schema) == []


async def _records(stage: Stage, presenter: Person, guest: httpx.AsyncClient, broadcast: Json) -> None:
    """Nothing before the start; while it runs, the list of all of it and the one of its newest."""
    async with publisher("H264", EncodedTrack()) as sender:
        await send(presenter.client, f"/livestream/{broadcast['id']}/whip", sender)
        await asyncio.sleep(2)
        assert (await presenter.client.get(archive_of(broadcast))).status_code == 404
        await ok(await act(presenter, broadcast, "start"))
        await has_segments(stage, broadcast, 1)
        live = await guest.get(hls(broadcast))
        assert "#EXT-X-PLAYLIST-TYPE:EVENT" in live.text
        assert "#EXT-X-ENDLIST" not in live.text
        await has_segments(stage, broadcast, 2)
        newest = await guest.get(hls(broadcast).replace("index", "live"))
        assert newest.headers["cache-control"] == "public, max-age=1"
        assert "#EXT-X-MEDIA-SEQUENCE:1" in newest.text
        await ok(await act(presenter, broadcast, "end"))
    await has_segments(stage, broadcast, 3)


def _is_whole(played: Played, duration_s: float) -> None:
    assert played.breaks == 0
    assert played.pictures == sorted(played.pictures)
    assert played.pictures[0] == 0
    assert len(played.pictures) == pytest.approx(duration_s * 30, abs=10)
    assert played.sounds == pytest.approx(duration_s * 48_000 / 1024, abs=20)
    assert duration_s > 8


async def _counts_views(
    guest: httpx.AsyncClient, author: httpx.AsyncClient, another: httpx.AsyncClient, archive: str
) -> None:
    """Each viewer once; who made it never."""
    for _ in range(2):
        assert await ok(await guest.post(f"{archive}/views")) == {"views": 1}
    assert await ok(await author.post(f"{archive}/views")) == {"views": 1}
    assert await ok(await another.post(f"{archive}/views")) == {"views": 2}


async def _is_one_file(
    guest: httpx.AsyncClient, author: httpx.AsyncClient, broadcast: Json, pictures: int
) -> None:
    path = f"/livestream/studio/{broadcast['id']}/recording.mp4"
    file = await author.get(path)
    with av.open(io.BytesIO(file.content), "r") as opened:
        assert sum(1 for _ in opened.decode(video=0)) == pictures
    assert (await guest.get(path)).status_code in (302, 303, 401)


async def _is_hidden_and_shown(guest: httpx.AsyncClient, author: httpx.AsyncClient, broadcast: Json) -> None:
    studio = studio_of(broadcast)
    assert (await guest.put(studio, json={"on": False})).status_code == 401
    assert not (await ok(await author.put(studio, json={"on": False})))["is_published"]
    segment = hls(broadcast).replace("index.m3u8", "1.m4s")
    for path in (archive_of(broadcast), hls(broadcast), segment):
        assert (await guest.get(path)).status_code == 404
        assert (await author.get(path)).status_code == 200
    await ok(await author.put(studio, json={"on": True}))
    assert (await guest.get(hls(broadcast))).status_code == 200


async def test_a_publisher_that_comes_back_goes_on_in_the_recording(stage: Stage, presenter: Person) -> None:
    broadcast = await on_air(presenter)
    url = f"/livestream/{broadcast['id']}/whip"
    for number in (1, 3):
        async with publisher("H264", EncodedTrack()) as sender:
            await send(presenter.client, url, sender)
            await has_segments(stage, broadcast, number)
        await asyncio.sleep(3)
    await ok(await act(presenter, broadcast, "end"))
    played = await play(presenter.client, hls(broadcast))
    assert played.breaks >= 1
    assert played.pictures == sorted(played.pictures)
    gaps = [later - earlier for earlier, later in pairwise(played.pictures)]
    # The pause of three seconds is not in it; what a busy machine sent late is.
    assert max(gaps) < 1.5


def kill_workers() -> None:
    """Of the engine that this process keeps, or a server that it started; one of other tests may linger."""
    found = [pid for pid in below(os.getpid()) if b"nakamise_livestream.sfu" in command(pid)]
    assert found
    for pid in found:
        os.kill(pid, signal.SIGKILL)


def below(pid: int) -> list[int]:
    children = [
        int(child)
        for task in Path(f"/proc/{pid}/task").glob("*/children")
        for child in task.read_text().split()
    ]
    return [*children, *(each for child in children for each in below(child))]


def command(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


@pytest.mark.req("GL-03", "LC-2.2.2")
async def test_a_worker_that_is_killed_costs_less_than_a_fragment(stage: Stage, presenter: Person) -> None:
    broadcast = await on_air(presenter)
    url = f"/livestream/{broadcast['id']}/whip"
    async with publisher("H264", EncodedTrack()) as sender:
        await send(presenter.client, url, sender)
        await has_segments(stage, broadcast, 1)
        await asyncio.sleep(2)
        kill_workers()
        killed_at = stage.ctx.now()
    await has_segments(stage, broadcast, 2)
    last = await stage.value(
        "SELECT max(begins_at + duration_us * interval '1 microsecond') FROM livestream_segment"
        " WHERE broadcast_id = $1",
        broadcast["id"],
    )
    assert abs((killed_at - last).total_seconds()) < 1
    async with publisher("H264", EncodedTrack()) as sender:
        offer = await sender.offer()
        answers: list[httpx.Response] = []

        async def is_back() -> bool:
            answers.append(await post(presenter.client, url, offer))
            return answers[-1].status_code != 503

        await until(is_back, within=30.0)
        await take(sender.connection, answers[-1])
        await has_segments(stage, broadcast, 3)
        await ok(await act(presenter, broadcast, "end"))
    played = await play(presenter.client, hls(broadcast))
    assert played.breaks >= 1
    assert played.pictures == sorted(played.pictures)
    assert max(later - earlier for earlier, later in pairwise(played.pictures)) < 0.5


async def test_a_rehearsal_is_not_recorded(stage: Stage, presenter: Person) -> None:
    broadcast = await planned(presenter)
    studio = f"{API}/studio/broadcasts/{broadcast['id']}"
    await ok(await presenter.client.put(f"{studio}/rehearsal", json={"on": True}))
    async with publisher("H264", EncodedTrack()) as sender:
        await send(presenter.client, f"/livestream/{broadcast['id']}/whip", sender)
        await asyncio.sleep(6)
    assert await segments(stage, broadcast) == 0
    assert await stage.ctx.runtime.store.keys(stage.tenant.schema) == []
    answer = await presenter.client.get(f"{API}/broadcasts/{broadcast['id']}/archive")
    assert answer.status_code == 404
