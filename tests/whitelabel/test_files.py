"""Files: scripts, styles, pictures as they are served, and what administrators and agencies download."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from nakamise.testing.people import sign_in
from nakamise.ui.assets import PREFIX
from tests.whitelabel.reading import read_answer, read_file
from tests.whitelabel.town import Town

pytestmark = pytest.mark.req("LC-0.1", "DF-22")


async def test_scripts_styles_and_icons(town: Town) -> None:
    """Each file of each owner, comments and all, as a browser gets it."""
    words = await town.words_for("left")
    assets = town.runtime.renderer.assets
    client = town.client(town.places["left"].stall.tenant)
    leaks = []
    served = 0
    for owner, files in assets._owners.items():
        for path in files.files:
            answer = await client.get(assets.url(owner, path))
            served += answer.is_success
            leaks += words.leaks(assets.url(owner, path), read_answer(answer))
    assert not leaks, "\n".join(leaks)
    assert served >= 40


async def test_the_import_map(town: Town) -> None:
    words = await town.words_for("left")
    assets = town.runtime.renderer.assets
    found = assets.import_map(frozenset(assets._sources))
    assert f'"ui/app":"{PREFIX}/core/' in found
    leaks = words.leaks("import map", [("text", found)])
    assert not leaks, "\n".join(leaks)


async def test_pictures_that_were_made(town: Town) -> None:
    """Every stored file of the shop: renditions of products, logo and icon, with their metadata."""
    words = await town.words_for("left")
    left = town.places["left"]
    folder = town.runtime.settings.media_dir / left.schema
    files = [path for path in folder.rglob("*") if path.is_file()]
    leaks = []
    for path in files:
        leaks += words.leaks(f"file {path.name}", read_file("bytes", path.read_bytes(), "image/webp"))
    assert not leaks, "\n".join(leaks)
    assert len(files) >= 4


async def test_what_an_upload_says_of_its_maker_is_gone(town: Town) -> None:
    """The picture's own metadata do not travel on, whatever they say."""
    left = town.places["left"]
    texts = PngInfo()
    texts.add_text("Software", "Nakamise", zip=True)
    data = io.BytesIO()
    Image.new("RGB", (320, 320), "#225577").save(data, "PNG", pnginfo=texts)
    words = await town.words_for("left")
    assert words.leaks("upload", read_file("bytes", data.getvalue(), "image/png"))
    await town.plane("north").set_picture(left.id, "icon", data.getvalue())
    folder = town.runtime.settings.media_dir / left.schema
    newest = sorted((path for path in folder.rglob("*") if path.is_file()), key=_age)[-3:]
    leaks = []
    for path in newest:
        leaks += words.leaks(f"file {path.name}", read_file("bytes", path.read_bytes(), "image/webp"))
    assert not leaks, "\n".join(leaks)


def _age(path: Path) -> int:
    return path.stat().st_mtime_ns


async def test_the_export_of_a_plugin(town: Town) -> None:
    """What it has left behind when it was switched off."""
    tenant = await town.make(plugins=("hello",))
    admin = await sign_in(town.ctx(tenant), town.client(tenant), ("admin",), "Admin", mfa=True)
    off = await admin.client.put("/api/core/plugins/hello", json={"is_on": False})
    assert off.is_success, off.text
    answer = await admin.client.get("/api/core/plugins/hello/data/export.zip")
    assert answer.status_code == httpx.codes.OK, answer.text
    assert "hello_greeting.csv" in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    leaks = (await town.words_for()).leaks("export of a plugin", read_answer(answer))
    assert not leaks, "\n".join(leaks)


async def test_the_export_of_a_shop(town: Town) -> None:
    """The agency fetches it, so it names the agency, and nobody else."""
    words = await town.words_for("left", "north")
    north = town.places["north"]
    [export] = [one for one in await town.plane("north").exports(town.places["left"].id) if one.url]
    url = urlsplit(export.url)
    answer = await town.client(north.stall.tenant).get(f"{url.path}?{url.query}")
    assert answer.status_code == httpx.codes.OK
    assert len(zipfile.ZipFile(io.BytesIO(answer.content)).namelist()) > 20
    leaks = words.leaks("export of a shop", read_answer(answer))
    assert not leaks, "\n".join(leaks)
