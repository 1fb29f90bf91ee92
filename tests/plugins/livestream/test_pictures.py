"""Covers of broadcasts, pictures and banners of broadcasters."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from nakamise.testing.people import Person
from tests.plugins.livestream.stage import API, Stage, ok, planned, read


def png(colour: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (300, 400), colour).save(file, "PNG")
    return file.getvalue()


def form(data: bytes) -> dict[str, tuple[str, bytes, str]]:
    return {"picture": ("a.png", data, "image/png")}


async def test_a_cover_is_seen_and_taken_away(stage: Stage, presenter: Person, viewer: Person) -> None:
    made = await planned(presenter, scheduled_for="2031-01-02T20:00:00+09:00")
    url = f"{API}/studio/broadcasts/{made['id']}/cover"
    assert (await viewer.client.post(url, files=form(png("red")))).status_code == 404
    refused = await presenter.client.post(url, files=form(b"no picture"))
    assert (refused.status_code, "picture" in refused.text) == (422, True)
    assert (await presenter.client.post(url, data={"picture": "x"})).status_code == 422
    await ok(await presenter.client.post(url, files=form(png("red"))))
    cover = (await read(viewer, made))["cover"]
    assert (cover["width"], cover["height"]) == (300, 400)
    key = next(iter(cover["keys"].values()))
    assert (await viewer.client.get(f"/media/{key}")).status_code == 200
    await ok(await presenter.client.delete(url))
    assert (await read(viewer, made))["cover"] is None


@pytest.mark.req("LC-7.2.1")
@pytest.mark.parametrize("which", ["picture", "banner"])
async def test_a_broadcaster_has_a_face(stage: Stage, presenter: Person, viewer: Person, which: str) -> None:
    url = f"{API}/broadcaster/pictures/{which}"
    me = await ok(await presenter.client.post(url, files=form(png("blue"))))
    seen = await ok(await viewer.client.get(f"{API}/broadcasters/{me['id']}"))
    assert seen[which]["width"] == 300
    assert (await viewer.client.post(url, files=form(png("blue")))).status_code == 403
    assert (await ok(await presenter.client.delete(url)))[which] is None
    page = await presenter.client.post(f"/livestream/profile/{which}", files=form(png("green")))
    assert page.status_code == 303
    assert "/media/" in (await presenter.client.get("/livestream/apply")).text
    assert (await presenter.client.post("/livestream/profile/other", files=form(b"x"))).status_code in (
        400,
        404,
        422,
    )
