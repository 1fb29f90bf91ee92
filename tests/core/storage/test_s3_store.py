"""Objects in a bucket: signed requests, clear errors, and no blocked event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from nakamise.errors import Unavailable
from nakamise.settings import Settings, SettingsError
from nakamise.storage import (
    InvalidKey,
    LocalStore,
    ObjectMissing,
    S3Address,
    S3Away,
    S3Store,
    StorageFull,
    new_key,
    open_store,
)
from tests.core.storage.s3_server import S3Server, serving

SCHEMA = "t_abcdefghijklm"
SECRET = b"s" * 32


@pytest.fixture
def server() -> Iterator[S3Server]:
    with serving() as started:
        yield started


def store_at(url: str) -> S3Store:
    return S3Store(S3Address.parse(url), SECRET)


@pytest.mark.req("LC-0.18")
async def test_what_was_put_comes_back_and_goes_away(server: S3Server) -> None:
    store = store_at(server.url())
    key = new_key(SCHEMA, "product", "webp")
    await store.put(key, b"bytes", "image/webp")
    assert server.objects == {key: (b"bytes", "image/webp")}
    stored = await store.get(key)
    assert (stored.data, stored.content_type) == (b"bytes", "image/webp")
    assert '"' not in stored.etag
    await store.delete(key)
    assert server.objects == {}
    with pytest.raises(ObjectMissing):
        await store.get(key)
    await store.delete(key)


async def test_an_empty_and_a_large_object_pass(server: S3Server) -> None:
    store = store_at(server.url())
    for data in (b"", b"x" * 3_000_000):
        key = new_key(SCHEMA, "export", "bin", private=True)
        await store.put(key, data, "application/octet-stream")
        assert (await store.get(key)).data == data


async def test_a_wrong_secret_or_key_is_refused_by_the_server(server: S3Server) -> None:
    key = new_key(SCHEMA, "product", "webp")
    for url in (server.url(secret_key="wrong"), server.url(access_key="nobody")):
        with pytest.raises(S3Away):
            await store_at(url).put(key, b"bytes", "image/webp")
    assert server.objects == {}


async def test_a_full_bucket_keeps_what_was_there(server: S3Server) -> None:
    store = store_at(server.url())
    key = new_key(SCHEMA, "product", "bin")
    await store.put(key, b"old", "application/octet-stream")
    server.capacity = 100
    with pytest.raises(StorageFull):
        await store.put(key, b"x" * 101, "application/octet-stream")
    assert (await store.get(key)).data == b"old"


async def test_a_server_that_is_broken_or_gone_is_said_to_be_away(server: S3Server) -> None:
    store = store_at(server.url())
    key = new_key(SCHEMA, "product", "webp")
    server.is_broken = True
    with pytest.raises(S3Away):
        await store.get(key)
    gone = store_at("http://a:b@127.0.0.1:1/files")
    with pytest.raises(Unavailable, match="Files cannot be reached"):
        await gone.put(key, b"bytes", "image/webp")


async def test_what_is_no_key_or_has_a_wrong_label_reaches_no_server(server: S3Server) -> None:
    store = store_at(server.url())
    with pytest.raises(InvalidKey):
        await store.get("../secrets")
    with pytest.raises(InvalidKey):
        await store.delete("../secrets")
    with pytest.raises(ValueError, match="text/html"):
        await store.put(new_key(SCHEMA, "product", "webp"), b"<script>", "text/html")
    assert server.objects == {}


async def test_many_at_once_do_not_get_mixed_up(server: S3Server) -> None:
    store = store_at(server.url())
    wanted = {new_key(SCHEMA, "product", "bin"): bytes([n]) * 1000 for n in range(40)}
    await asyncio.gather(*(store.put(key, data, "application/octet-stream") for key, data in wanted.items()))
    found = await asyncio.gather(*(store.get(key) for key in wanted))
    assert [one.data for one in found] == list(wanted.values())


def test_urls_are_those_of_the_local_store(tmp_path: Path) -> None:
    """Moving to a bucket changes no link; who may read is decided in one place."""
    local, s3 = LocalStore(tmp_path, SECRET), store_at("https://k:s@s3.example/files")
    public, private = new_key(SCHEMA, "product", "webp"), new_key(SCHEMA, "export", "zip", private=True)
    assert s3.url(public) == local.url(public) == f"/media/{public}"
    assert s3.url(private, expires_s=60).startswith(f"/media/{private}?expires=")
    with pytest.raises(ValueError, match="expiry"):
        s3.url(private)


def test_the_setting_chooses_the_store(tmp_path: Path) -> None:
    env = {"NAKAMISE_DATA": str(tmp_path), "NAKAMISE_SECRET_KEY": "s" * 32}
    assert isinstance(open_store(Settings.from_env(env)), LocalStore)
    there = Settings.from_env(env | {"NAKAMISE_S3_URL": "https://k:s%2F@s3.example:9000/files?region=eu"})
    assert isinstance(open_store(there), S3Store)


@pytest.mark.parametrize("url", ["s3://k:s@host/b", "https://host/b", "https://k:s@host", "nonsense"])
def test_a_url_that_is_none_says_what_to_write(url: str) -> None:
    with pytest.raises(SettingsError, match="KEY:SECRET"):
        S3Address.parse(url)


def test_the_address_is_read_whole() -> None:
    address = S3Address.parse("https://k:s%2Ft@s3.example:9000/files?region=eu-1")
    assert (address.endpoint, address.bucket, address.region, address.secure) == (
        "s3.example:9000",
        "files",
        "eu-1",
        True,
    )
    assert (address.access_key, address.secret_key) == ("k", "s/t")
