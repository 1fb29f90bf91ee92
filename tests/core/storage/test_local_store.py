"""Objects on local disk: whole or not at all, and never outside the root."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nakamise.ids import new_schema_name
from nakamise.storage import (
    InvalidKey,
    LocalStore,
    ObjectMissing,
    ObjectStore,
    StorageFull,
    belongs_to,
    is_private,
    new_key,
)

SCHEMA = "t_abcdefghijklm"
BAD_KEYS = [
    "",
    "../etc/passwd",
    f"{SCHEMA}/avatar/../../../../etc/passwd",
    f"{SCHEMA}/avatar/AAAAAAAAAAAAAAAAAAAAAA.webp\n",
    f"{SCHEMA}/avatar/AAAAAAAAAAAAAAAAAAAAAA.webp/",
    f"/{SCHEMA}/avatar/AAAAAAAAAAAAAAAAAAAAAA.webp",
    f"{SCHEMA}/avatar/AAAAAAAAAAAAAAAAAAAAA\0.webp",
    f"{SCHEMA}/avatar/AAAAAAAAAAAAAAAAAAAAAA.exe",
    f"{SCHEMA}\\avatar\\AAAAAAAAAAAAAAAAAAAAAA.webp",
    f"{SCHEMA}/.unfinished/AAAAAAAAAAAAAAAAAAAAAA.webp",
]


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "media", b"s" * 32)


def files_below(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """A real quota of this process: the kernel refuses the write that passes it (EFBIG)."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.req("LC-0.18")
async def test_what_was_put_comes_back_and_goes_away(store: ObjectStore) -> None:
    key = new_key(SCHEMA, "product", "webp")
    await store.put(key, b"bytes", "image/webp")
    stored = await store.get(key)
    assert (stored.data, stored.content_type) == (b"bytes", "image/webp")
    await store.delete(key)
    with pytest.raises(ObjectMissing):
        await store.get(key)
    await store.delete(key)


async def test_the_etag_follows_the_bytes(store: LocalStore) -> None:
    key = new_key(SCHEMA, "product", "webp")
    await store.put(key, b"one", "image/webp")
    first = (await store.get(key)).etag
    await store.put(key, b"two", "image/webp")
    assert (await store.get(key)).etag != first


@pytest.mark.req("LC-0.18")
def test_keys_are_unguessable_and_never_repeat() -> None:
    keys = {new_key(SCHEMA, "avatar", "webp") for _ in range(1000)}
    assert len(keys) == 1000
    assert all(len(key.rsplit("/", 1)[1]) == len("0123456789012345678901.webp") for key in keys)


@pytest.mark.parametrize("key", BAD_KEYS)
async def test_what_is_no_key_reaches_no_file(store: LocalStore, key: str) -> None:
    with pytest.raises(InvalidKey):
        await store.put(key, b"x", "image/webp")
    with pytest.raises(InvalidKey):
        await store.get(key)
    with pytest.raises(InvalidKey):
        await store.delete(key)
    assert not belongs_to(key, SCHEMA)


@given(st.text())
def test_any_text_is_refused_as_a_key_or_a_part_of_one(text: str) -> None:
    assert not belongs_to(text, SCHEMA)
    with pytest.raises(ValueError, match="schema name"):
        new_key(text, "avatar", "webp")


@pytest.mark.parametrize(
    ("kind", "ext"), [("../x", "webp"), ("", "webp"), ("private-x", "webp"), ("x", "exe")]
)
def test_a_key_is_not_made_of_bad_parts(kind: str, ext: str) -> None:
    with pytest.raises(InvalidKey):
        new_key(SCHEMA, kind, ext)


async def test_the_label_must_be_the_one_of_the_extension(store: LocalStore) -> None:
    with pytest.raises(ValueError, match="text/html"):
        await store.put(new_key(SCHEMA, "product", "webp"), b"<script>", "text/html")


def test_an_object_belongs_to_one_tenant() -> None:
    key = new_key(SCHEMA, "avatar", "webp")
    assert belongs_to(key, SCHEMA)
    assert not belongs_to(key, new_schema_name())


async def test_a_full_disk_leaves_nothing_behind(store: LocalStore, tmp_path: Path) -> None:
    key = new_key(SCHEMA, "product", "bin")
    with files_of_at_most(64 * 1024), pytest.raises(StorageFull):
        await store.put(key, b"x" * 1_000_000, "application/octet-stream")
    assert files_below(tmp_path) == []
    await store.put(key, b"x" * 1_000_000, "application/octet-stream")
    assert len(files_below(tmp_path)) == 1


async def test_a_full_disk_keeps_the_object_that_was_there(store: LocalStore) -> None:
    key = new_key(SCHEMA, "product", "bin")
    await store.put(key, b"old", "application/octet-stream")
    with files_of_at_most(64 * 1024), pytest.raises(StorageFull):
        await store.put(key, b"x" * 1_000_000, "application/octet-stream")
    assert (await store.get(key)).data == b"old"


async def test_readers_never_see_half_an_object(store: LocalStore) -> None:
    key = new_key(SCHEMA, "product", "bin")
    whole = [bytes([letter]) * 300_000 for letter in b"abc"]
    await store.put(key, whole[0], "application/octet-stream")
    puts = [store.put(key, data, "application/octet-stream") for data in whole * 4]
    reads = [store.get(key) for _ in range(40)]
    results = await asyncio.gather(*puts, *reads)
    seen = [stored.data for stored in results if stored is not None]
    assert len(seen) == 40
    assert all(data in whole for data in seen)


def test_a_private_object_has_no_lasting_url(store: LocalStore) -> None:
    key = new_key(SCHEMA, "export", "csv", private=True)
    assert is_private(key)
    with pytest.raises(ValueError, match="expiry"):
        store.url(key)
    with pytest.raises(ValueError, match="expires_s"):
        store.url(key, expires_s=8 * 24 * 3600)


def test_a_short_secret_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        LocalStore(tmp_path, b"short")
