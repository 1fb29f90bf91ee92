"""What the host answers about the plugins that it accepted."""

from __future__ import annotations

import uuid
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec
import pytest
from litestar import Litestar, Router, get

from nakamise.errors import Invalid
from nakamise.host import plugin_settings
from nakamise.host.refusal import Why
from nakamise.host.registry import PluginHost
from nakamise.host.routes import RouteOwnerError
from nakamise.plugin import Mount, NavItem, ServiceOff, Slot, SlotItem, Tenant, TenantCtx, anyone
from nakamise.plugin.context import Actor
from tests.core.host.plugins import manifest, module, plugin


def discover(*entry_points: metadata.EntryPoint) -> PluginHost:
    host = PluginHost.discover(entry_points=entry_points)
    assert host.refused == ()
    return host


def tenant(*plugins: str, version: int = 1, settings: dict[str, dict[str, Any]] | None = None) -> Tenant:
    return Tenant(
        id=uuid.UUID(int=1),
        schema="t_aaaaaaaaaaaaa",
        slug="t",
        name="T",
        state="active",
        canonical_host="t.localhost",
        plugins=frozenset(plugins),
        plugin_settings=settings or {},
        version=version,
    )


def ctx_of(host: PluginHost, on: Tenant, *permissions: str) -> TenantCtx:
    """A context without the rest of the installation: what is tested here asks only the host."""
    return TenantCtx(None, on, Actor(permissions=frozenset(permissions)), host.lineup(on.plugins))  # type: ignore[arg-type]


# --- paths ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("/hello", "hello"),
        ("/hello/", "hello"),
        ("//hello//x", "hello"),
        ("/api/hello/x", "hello"),
        ("/api//hello", "hello"),
        ("/admin/hello", "hello"),
        ("/assets/hello/0/x.css", "hello"),
        ("/", None),
        ("/api", None),
        ("/helloo", None),
        ("/Hello", None),
        ("/account/hello", None),
        ("/api/other", None),
    ],
)
def test_owner_of_a_path(path: str, owner: str | None) -> None:
    assert discover(plugin("hello")).owner_of(path) == owner


@get("/list", opt=anyone())
async def listing() -> str:
    return "list"


def mounted(id_: str) -> metadata.EntryPoint:
    handlers = module(handlers=[listing])
    areas = ("pages", "api", "admin")
    return plugin(id_, mounts=tuple(Mount(area, f"{handlers}:handlers") for area in areas))  # type: ignore[arg-type]


def test_routes_lie_under_their_plugins_prefixes() -> None:
    host = discover(mounted("hello"), mounted("other"))
    app = Litestar(host.route_handlers(), openapi_config=None)
    assert {route.path for route in app.routes} == {
        f"{prefix}/{id_}/list" for id_ in ("hello", "other") for prefix in ("", "/api", "/admin")
    }
    host.assert_owners(app)


def test_a_core_route_under_a_plugins_prefix_is_found_at_start() -> None:
    host = discover(mounted("hello"))
    intruder = Router("/api/hello/extra", route_handlers=[listing])
    app = Litestar([*host.route_handlers(), intruder], openapi_config=None)
    with pytest.raises(RouteOwnerError, match="/api/hello/extra"):
        host.assert_owners(app)


# --- services ------------------------------------------------------------------------------------


class Greeter:
    def __init__(self, ctx: TenantCtx) -> None:
        self.slug = ctx.tenant.slug


def test_a_service_comes_from_a_provider_that_is_on() -> None:
    host = discover(plugin("hello", provides={Greeter: f"{module(Greeter=Greeter)}:Greeter"}))
    assert host.service(ctx_of(host, tenant("hello")), Greeter).slug == "t"
    off = ctx_of(host, tenant())
    assert host.optional_service(off, Greeter) is None
    with pytest.raises(ServiceOff):
        host.service(off, Greeter)


# --- settings ------------------------------------------------------------------------------------


class Options(msgspec.Struct, frozen=True):
    greeting: str = "Hello"
    times: int = 1


class NoDefault(msgspec.Struct):
    greeting: str


def test_settings_fill_in_defaults_and_follow_the_tenants_version() -> None:
    host = discover(plugin("hello", settings=Options))
    first = host.settings(tenant("hello"), Options)
    assert first == Options("Hello", 1)
    assert host.settings(tenant("hello"), Options) is first
    changed = tenant("hello", version=2, settings={"hello": {"times": 3, "from_an_older_version": True}})
    assert host.settings(changed, Options) == Options("Hello", 3)


def test_every_setting_needs_a_default() -> None:
    host = PluginHost.discover(entry_points=[plugin("hello", settings=NoDefault)])
    assert [refused.why for refused in host.refused] == [Why.BAD_SETTINGS]


def test_what_is_stored_is_checked_field_by_field() -> None:
    with pytest.raises(Invalid) as caught:
        plugin_settings.parse(Options, {"times": "many", "tmies": 2})
    assert set(caught.value.fields) == {"times", "tmies"}
    assert plugin_settings.parse(Options, {"times": 2}) == Options("Hello", 2)


# --- navigation and slots ------------------------------------------------------------------------


def test_navigation_shows_what_is_on_and_allowed_by_weight() -> None:
    late = NavItem(area="site", label="Late", path="/hello/late", weight=90)
    early = NavItem(area="site", label="Early", path="/other", weight=10)
    secret = NavItem(area="site", label="Secret", path="/other/secret", permission="other.see")
    host = discover(plugin("hello", nav=(late,)), plugin("other", nav=(early, secret)))
    assert host.nav(ctx_of(host, tenant("hello", "other")), "site") == [early, late]
    assert host.nav(ctx_of(host, tenant("hello", "other"), "other.see"), "site") == [early, secret, late]
    assert host.nav(ctx_of(host, tenant("hello")), "site") == [late]


def test_slots_of_what_is_on_by_weight(tmp_path: Path) -> None:
    for name in ("hello/a.html", "other/b.html"):
        template = tmp_path / "templates" / name
        template.parent.mkdir(parents=True)
        template.write_text("box")
    heavy = SlotItem(Slot.HOME_SECTION, "hello/a.html", weight=60)
    light = SlotItem(Slot.HOME_SECTION, "other/b.html", weight=40)
    host = discover(
        plugin("hello", slots=(heavy,), folder=tmp_path), plugin("other", slots=(light,), folder=tmp_path)
    )
    both = frozenset({"hello", "other"})
    assert host.slot_items(both, Slot.HOME_SECTION) == [("other", light), ("hello", heavy)]
    assert host.slot_items(frozenset({"hello"}), Slot.HOME_SECTION) == [("hello", heavy)]
    assert host.slot_items(both, Slot.CART_SUMMARY) == []


@pytest.mark.parametrize("template", ["hello/missing.html", "other/a.html", "a.html"])
def test_a_slot_template_is_the_plugins_own_and_exists(tmp_path: Path, template: str) -> None:
    for name in ("other/a.html", "a.html"):
        path = tmp_path / "templates" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("box")
    item = SlotItem(Slot.HOME_SECTION, template)
    host = PluginHost.discover(entry_points=[plugin("hello", slots=(item,), folder=tmp_path)])
    assert [refused.why for refused in host.refused] == [Why.BROKEN_REFERENCE]


@pytest.mark.parametrize("parts", [{"css": ("missing.css",)}, {"js": ("missing.js",)}])
def test_a_static_file_that_is_missing_does_not_stop_the_start(tmp_path: Path, parts: dict[str, Any]) -> None:
    host = PluginHost.discover(entry_points=[plugin("hello", folder=tmp_path, **parts)])
    assert [refused.why for refused in host.refused] == [Why.BROKEN_REFERENCE]


@pytest.mark.parametrize("text", [b'msgid "a\n', b"\xff\xfe"])
def test_a_broken_catalog_does_not_stop_the_start(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "locales").mkdir()
    (tmp_path / "locales" / "ja.po").write_bytes(text)
    host = PluginHost.discover(entry_points=[plugin("hello", folder=tmp_path)])
    assert [refused.why for refused in host.refused] == [Why.BROKEN_REFERENCE]


def test_requirements_and_dependents() -> None:
    host = discover(plugin("shop"), plugin("coupons", requires=("shop",)))
    assert host.missing_requirements("coupons", frozenset()) == ["shop"]
    assert host.missing_requirements("coupons", frozenset({"shop"})) == []
    assert host.dependents("shop", frozenset({"shop", "coupons"})) == ["coupons"]
    assert host.in_order(["coupons", "shop", "gone"]) == ["shop", "coupons"]


def test_the_manifest_is_found_by_id() -> None:
    host = discover(plugin("shop"))
    assert host.manifest("shop") == manifest("shop")
    with pytest.raises(KeyError):
        host.manifest("gone")
