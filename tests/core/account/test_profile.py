"""My page and profile."""

from __future__ import annotations

import io
import random
import re

import pytest
from PIL import Image

from tests.core.accounts import PASSWORD, Site


def picture(fmt: str = "JPEG", size: tuple[int, int] = (640, 480), *, noise: bool = False) -> bytes:
    """Carries a place and a comment, which nobody else should learn."""
    image = Image.new("RGB", size, "#c2345a")
    if noise:
        image = Image.frombytes("RGB", size, random.Random(7).randbytes(size[0] * size[1] * 3))
    exif = Image.Exif()
    exif[0x010E] = "secret place 35.6586N"
    out = io.BytesIO()
    image.save(out, fmt, exif=exif)
    return out.getvalue()


@pytest.mark.req("LC-6.1.1")
async def test_my_page_tells_who_one_is(site: Site) -> None:
    user = await site.user(roles=("shop_staff", "broadcaster"))
    page = (await (await site.logged_in(user)).get("/account")).text
    for expected in ("みか", user.email, "メール確認済み", "ショップ運営者", "配信者", "2026"):
        assert expected in page
    assert "shop_staff" not in page


@pytest.mark.req("LC-6.1.1")
async def test_my_page_speaks_english_too(site: Site) -> None:
    user = await site.user(roles=("shop_staff",))
    page = (await (await site.logged_in(user, language="en")).get("/account")).text
    assert '<html lang="en"' in page
    assert "Shop manager" in page


@pytest.mark.req("LC-6.1.2")
async def test_my_page_links_to_its_parts(site: Site) -> None:
    page = (await (await site.logged_in(await site.user())).get("/account")).text
    for path in ("/account/profile", "/account/addresses", "/account/security"):
        assert f'href="{path}"' in page
    assert 'action="/logout"' in page


@pytest.mark.req("LC-6.2.1")
async def test_name_and_bio_are_saved(site: Site) -> None:
    browser = await site.logged_in(await site.user())
    data = {"display_name": "はな <b>", "bio": "一行目\n二行目"}
    assert (await browser.post("/account/profile", data=data)).status_code == 303
    page = (await browser.get("/account/profile")).text
    assert 'value="はな &lt;b&gt;"' in page
    assert "一行目\n二行目" in page


@pytest.mark.req("LC-6.2.1")
@pytest.mark.parametrize(
    ("field", "data"),
    [("display_name", {"display_name": ""}), ("bio", {"display_name": "x", "bio": "あ" * 501})],
)
async def test_wrong_fields_are_named_and_nothing_is_saved(
    site: Site, field: str, data: dict[str, str]
) -> None:
    browser = await site.logged_in(await site.user())
    answer = await browser.post("/account/profile", data=data)
    assert answer.status_code == 422
    assert f'id="f-{field}-error"' in answer.text
    assert "みか" in (await browser.get("/account")).text


@pytest.mark.req("LC-6.2.1")
@pytest.mark.parametrize("fmt", ["JPEG", "PNG", "WEBP"])
async def test_an_avatar_is_encoded_anew_without_metadata(site: Site, fmt: str) -> None:
    browser = await site.logged_in(await site.user())
    file = {"avatar": ("me.jpg", picture(fmt), "image/jpeg")}
    answer = await browser.post("/account/profile", data={"display_name": "みか"}, files=file)
    assert answer.status_code == 303, answer.text
    found = re.search(
        r'class="n-avatar n-avatar--xl" src="(/media/[^"]+\.webp)"', (await browser.get("/account")).text
    )
    assert found is not None
    assert 'class="n-avatar" src="/media/' in (await browser.get("/")).text
    served = await browser.get(found[1])
    assert served.headers["content-type"] == "image/webp"
    assert b"secret place" not in served.content
    assert Image.open(io.BytesIO(served.content)).size <= (512, 512)
    assert (await browser.post("/account/profile/avatar/delete")).status_code == 303
    assert found[1] not in (await browser.get("/account")).text


@pytest.mark.req("LC-6.2.1")
@pytest.mark.parametrize(
    "data",
    [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", b"\xff\xd8\xff\xe0 broken"],
    ids=["svg", "gif", "broken"],
)
async def test_what_is_no_picture_is_refused_at_its_field(site: Site, data: bytes) -> None:
    browser = await site.logged_in(await site.user())
    file = {"avatar": ("me.png", data, "image/png")}
    answer = await browser.post("/account/profile", data={"display_name": "みか"}, files=file)
    assert answer.status_code == 422
    assert 'id="f-avatar-error"' in answer.text


@pytest.mark.req("LC-6.2.1")
async def test_a_picture_of_more_than_five_megabytes_is_refused(site: Site) -> None:
    large = picture("PNG", (1500, 1200), noise=True)
    assert len(large) > 5_000_000
    browser = await site.logged_in(await site.user())
    file = {"avatar": ("me.png", large, "image/png")}
    answer = await browser.post("/account/profile", data={"display_name": "みか"}, files=file)
    assert answer.status_code == 422
    assert "5 MB" in answer.text


@pytest.mark.req("LC-6.2.1")
async def test_the_profile_as_json(site: Site) -> None:
    user = await site.user()
    device = await site.logged_in_device(user)
    changed = (await device.patch("/api/account", json={"bio": "hello"})).json()
    assert (changed["display_name"], changed["bio"], changed["email"]) == ("みか", "hello", user.email)
    answer = await device.put("/api/account/avatar", files={"avatar": ("a.jpg", picture(), "image/jpeg")})
    assert answer.json()["avatar_url"].startswith("/media/")
    assert (await device.delete("/api/account/avatar")).status_code == 204
    refused = await device.patch("/api/account", json={"display_name": ""})
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["display_name"])
    for field in ("email", "state", "roles", "password_hash", "email_verified_at", "id"):
        assert (await device.patch("/api/account", json={field: "x"})).status_code in (400, 422)
    assert (await site.device().get("/api/account")).status_code == 401
    assert PASSWORD not in (await device.get("/api/account")).text
