"""Pictures of products: taken, refused with the reason, ordered."""

from __future__ import annotations

import io
import uuid
from typing import Any

import pytest
from PIL import Image

from tests.core.images import corpus
from tests.plugins.shop.staff.office import API, PAGES, Office

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


def picture(shade: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (320, 240), (shade, 40, 90)).save(out, "PNG")
    return out.getvalue()


async def upload(office: Office, product_id: object, *files: tuple[str, bytes]) -> Any:
    return await office.browser.post(
        f"{PAGES}/products/{product_id}/pictures",
        files=[("pictures", (name, data, "image/png")) for name, data in files],
        headers=PARTIAL,
    )


async def shown(office: Office, product_id: object) -> list[str]:
    found = (await office.api.get(f"{API}/products/{product_id}")).json()
    return [one["id"] for one in found["pictures"]]


@pytest.mark.req("LC-8.4.2")
async def test_the_first_picture_is_the_main_one_until_another_is_chosen(office: Office) -> None:
    made = await office.create()
    answer = await upload(office, made["id"], ("a.png", picture(10)), ("b.png", picture(200)))
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith("<section")
    first, second = await shown(office, made["id"])
    at = f"{PAGES}/products/{made['id']}/pictures"
    assert (await office.browser.post(f"{at}/{second}", data={"act": "main"})).status_code == 303
    assert await shown(office, made["id"]) == [second, first]
    await office.set_state(made["id"], "published")
    card = (await office.guest.get("/api/shop/products")).json()["items"][0]
    assert card["picture"]["id"] == second
    await office.browser.post(f"{at}/{second}", data={"act": "down"})
    assert await shown(office, made["id"]) == [first, second]
    await office.browser.post(f"{at}/{first}", data={"act": "alt", "alt": "赤い口紅"})
    found = (await office.api.get(f"{API}/products/{made['id']}")).json()
    assert found["pictures"][0]["alt"] == "赤い口紅"
    buyers = (await office.guest.get(f"/shop/products/{found['slug']}")).text
    assert 'alt="赤い口紅"' in buyers
    assert f'alt="{found["name"]} 画像2"' in buyers
    await office.browser.post(f"{at}/{first}", data={"act": "remove"})
    assert await shown(office, made["id"]) == [second]


@pytest.mark.req("LC-8.4.2")
async def test_what_is_served_is_ours_not_the_upload(office: Office) -> None:
    made = await office.create()
    await upload(office, made["id"], ("gps.jpg", corpus.photo_with_gps()))
    found = (await office.api.get(f"{API}/products/{made['id']}")).json()
    key = next(iter(found["pictures"][0]["media"]["keys"].values()))
    served = await office.guest.get(f"/media/{key}")
    assert served.headers["content-type"] == "image/webp"
    assert b"GPS" not in served.content
    assert b"Exif" not in served.content


@pytest.mark.req("LC-8.4.2")
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (corpus.script_svg(), "JPEG、PNG、WebP"),
        (corpus.one_bit_png(9_000), "画素"),
        (b"\x89PNG\r\n\x1a\nnot really", "壊れて"),
        (b"GIF89a", "JPEG、PNG、WebP"),
        (b"", "画像"),
    ],
)
async def test_dangerous_and_broken_files_are_refused_with_the_reason(
    office: Office, data: bytes, reason: str
) -> None:
    made = await office.create()
    answer = await upload(office, made["id"], ("bad.png", data), ("good.png", picture(3)))
    assert answer.status_code == 200
    assert "bad.png" in answer.text
    assert reason in answer.text
    assert len(await shown(office, made["id"])) == 1
    api = await office.api.post(f"{API}/products/{made['id']}/pictures", files={"picture": ("bad.png", data)})
    assert api.status_code == 422


@pytest.mark.req("LC-8.4.2")
async def test_ten_pictures_and_no_more(office: Office) -> None:
    made = await office.create()
    files = [(f"{n}.png", picture(n)) for n in range(11)]
    await upload(office, made["id"], *files[:10])
    answer = await upload(office, made["id"], files[10])
    assert "10枚まで" in answer.text
    assert len(await shown(office, made["id"])) == 10


async def test_pictures_of_another_product_cannot_be_moved(office: Office) -> None:
    mine, other = await office.create(), await office.create(variants=[])
    await upload(office, mine["id"], ("a.png", picture(1)))
    (media_id,) = await shown(office, mine["id"])
    at = f"{PAGES}/products/{other['id']}/pictures/{media_id}"
    assert (await office.browser.post(at, data={"act": "main"})).status_code == 404
    missing = f"{PAGES}/products/{uuid.uuid4()}/pictures"
    assert (await office.browser.post(missing, files={"pictures": ("a.png", picture(1))})).status_code in (
        303,
        404,
    )
