"""Stored objects over real HTTP requests to a real application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from litestar import Litestar, Response

from nakamise.clock import FixedClock, SystemClock
from nakamise.errors import NotFound
from nakamise.ids import new_schema_name
from nakamise.storage import LocalStore, UrlSigner, media_route, new_key
from nakamise.storage.media import AnyRequest

OURS = new_schema_name()
THEIRS = new_schema_name()
SECRET = b"a secret of at least 32 bytes....."


def _not_found(_: AnyRequest, __: NotFound) -> Response[bytes]:
    return Response(b"not found", status_code=404)


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path, SECRET)


@pytest.fixture
async def client(store: LocalStore) -> AsyncIterator[httpx.AsyncClient]:
    schemas = {"ours.example": OURS, "theirs.example": THEIRS}
    route = media_route(store, store.signer, lambda request: schemas[request.headers["host"]])
    app = Litestar([route], exception_handlers={NotFound: _not_found}, openapi_config=None)
    transport = httpx.ASGITransport(app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://ours.example") as client:
        yield client


async def stored(store: LocalStore, ext: str = "webp", *, private: bool = False) -> str:
    types = {"webp": "image/webp", "png": "image/png", "csv": "text/csv"}
    key = new_key(OURS, "thing", ext, private=private)
    await store.put(key, b"content", types[ext])
    return key


@pytest.mark.req("LC-0.18")
async def test_a_public_picture_is_served_for_ever_and_only_as_a_picture(
    store: LocalStore, client: httpx.AsyncClient
) -> None:
    answer = await client.get(store.url(await stored(store)))
    assert (answer.status_code, answer.content) == (200, b"content")
    assert answer.headers["content-type"] == "image/webp"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-disposition"] == "inline"
    assert "sandbox" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("ext", ["png", "csv"])
async def test_what_our_encoder_did_not_write_is_a_download(
    store: LocalStore, client: httpx.AsyncClient, ext: str
) -> None:
    answer = await client.get(store.url(await stored(store, ext)))
    assert answer.headers["content-disposition"] == "attachment"


async def test_a_known_version_is_not_sent_again(store: LocalStore, client: httpx.AsyncClient) -> None:
    url = store.url(await stored(store))
    etag = (await client.get(url)).headers["etag"]
    again = await client.get(url, headers={"If-None-Match": f'W/{etag}, "other"'})
    assert (again.status_code, again.content) == (304, b"")
    other = await client.get(url, headers={"If-None-Match": '"other"'})
    assert other.status_code == 200


async def test_the_other_tenants_host_does_not_know_the_object(
    store: LocalStore, client: httpx.AsyncClient
) -> None:
    path = store.url(await stored(store))
    assert (await client.get(f"http://theirs.example{path}")).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/media/", "/media/x", "/media/../../etc/passwd", "/media/%2e%2e/%2e%2e/etc/passwd", "/media/%00"],
)
async def test_what_is_no_key_is_not_found(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


async def test_a_private_object_needs_its_own_signature(store: LocalStore, client: httpx.AsyncClient) -> None:
    key = await stored(store, "csv", private=True)
    url = store.url(key, expires_s=60)
    answer = await client.get(url)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "private, no-store")
    query = parse_qs(urlsplit(url).query)
    expires, signature = query["expires"][0], query["signature"][0]
    other = store.url(await stored(store, "csv", private=True), expires_s=60)
    foreign = UrlSigner(b"another secret of at least 32 bytes").query(key, 60)
    forged = [
        "",
        f"expires={int(expires) + 1}&signature={signature}",
        f"expires={expires}&signature={signature[:-1]}",
        f"expires={expires}&signature=%E3%81%82",
        f"expires=x&signature={signature}",
        urlsplit(other).query,
        foreign,
    ]
    for query_text in forged:
        assert (await client.get(f"/media/{key}?{query_text}")).status_code == 404, query_text


def test_a_signature_ends() -> None:
    clock = FixedClock(SystemClock().now())
    signer = UrlSigner(SECRET, clock)
    key = new_key(OURS, "export", "csv", private=True)
    query = parse_qs(signer.query(key, 60))
    expires, signature = query["expires"][0], query["signature"][0]
    clock.advance(timedelta(seconds=59))
    assert signer.verify(key, expires, signature)
    clock.advance(timedelta(seconds=1))
    assert not signer.verify(key, expires, signature)
