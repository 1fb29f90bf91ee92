"""Static files: addresses, caching, compression, and nothing outside."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import brotli
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from nakamise.ui.asset_routes import asset_route
from nakamise.ui.assets import IMMUTABLE, REVALIDATE, AssetStore, minify_css
from nakamise.ui.renderer import CORE_SOURCE, TemplateSource

HOSTILE = [
    "../app.py",
    "..%2fapp.py",
    "%2e%2e/%2e%2e/renderer.py",
    "css/../../renderer.py",
    "/etc/passwd",
    "css",
    ".stamp",
    "vendor/.stamp",
    "js/app.js%00.css",
]


@pytest.fixture
def store(source: TemplateSource) -> AssetStore:
    return AssetStore([CORE_SOURCE, source])


def digest_of(url: str) -> str:
    return url.split("/")[3]


def test_the_hash_follows_any_file_of_the_owner(
    package: Path, source: TemplateSource, store: AssetStore
) -> None:
    before = store.url("demo", "demo.js")
    (package / "static" / "demo.css").write_text(".demo-box { color: blue }", encoding="utf-8")
    after = AssetStore([CORE_SOURCE, source])
    assert digest_of(before) != digest_of(after.url("demo", "demo.js"))
    assert digest_of(store.url("core", "js/app.js")) == digest_of(after.url("core", "css/app.css"))


def test_what_is_declared_must_exist(package: Path) -> None:
    broken = TemplateSource(owner="demo", static=package / "static", css=("nowhere.css",))
    with pytest.raises(FileNotFoundError, match=r"nowhere\.css"):
        AssetStore([CORE_SOURCE, broken])


def test_a_package_stays_in_its_layer(store: AssetStore) -> None:
    found = store.find("demo", "any", "demo.css")
    assert found is not None
    assert found[0].body == b"@layer plugins{.demo-box{color :red}}"


def test_one_file_holds_all_layers_in_order(store: AssetStore) -> None:
    found = store.find("core", "any", "css/app.css")
    assert found is not None
    text = found[0].body.decode()
    places = [text.index(f"@layer {layer}{{") for layer in ("reset", "tokens", "base", "layout", "utilities")]
    assert places == sorted(places)
    assert text.count("{") == text.count("}")


def test_compressed_bodies_are_the_same_file(store: AssetStore) -> None:
    found = store.find("core", "any", "css/app.css")
    assert found is not None
    asset = found[0]
    assert brotli.decompress(asset.negotiate("gzip, deflate, br")[0]) == asset.body
    assert gzip.decompress(asset.negotiate("gzip;q=0.8")[0]) == asset.body
    assert asset.negotiate("identity") == (asset.body, None)


def test_modules_are_named_without_the_platform(store: AssetStore) -> None:
    imports = json.loads(store.import_map(frozenset({"demo"})))["imports"]
    assert imports["ui/toast"] == store.url("core", "js/toast.js")
    assert imports["demo/demo"] == store.url("demo", "demo.js")
    assert not [name for name in imports if "nakamise" in name]


def test_only_owners_that_are_on_reach_a_page(store: AssetStore) -> None:
    assert store.styles(frozenset()) == [store.url("core", "css/app.css")]
    assert store.scripts({"demo"}) == [store.url("core", "js/app.js"), store.url("demo", "demo.js")]
    assert "demo" not in store.import_map(frozenset())


def test_the_route_sends_files_and_tells_how_long_they_live(store: AssetStore) -> None:
    with TestClient(Litestar([asset_route(store)])) as client:
        answer = client.get(store.url("core", "js/app.js"), headers={"accept-encoding": "br"})
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == IMMUTABLE
        assert answer.headers["content-type"].startswith("text/javascript")
        assert answer.headers["content-encoding"] == "br"
        assert answer.headers["x-content-type-options"] == "nosniff"
        old = client.get("/assets/core/000000000000/js/app.js")
        assert old.headers["cache-control"] == REVALIDATE
        assert old.text == answer.text


@pytest.mark.parametrize("path", HOSTILE)
def test_no_path_leaves_the_folder(store: AssetStore, path: str) -> None:
    assert store.find("core", "any", path) is None
    with TestClient(Litestar([asset_route(store)])) as client:
        assert client.get(f"/assets/core/any/{path}").status_code == 404


def test_minifying_keeps_what_matters() -> None:
    text = "a:hover > b , c { width: calc(1px + 2px); /* why */ color:\n red; }"
    assert minify_css(text) == "a:hover>b,c{width:calc(1px + 2px);color:red}"
