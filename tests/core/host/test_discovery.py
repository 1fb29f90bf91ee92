"""One bad plugin never stops the others, or the host."""

from __future__ import annotations

from importlib import metadata
from typing import Any

import pytest
from litestar import get, websocket
from litestar.connection import WebSocket

from nakamise.host.refusal import Why
from nakamise.host.registry import PluginHost
from nakamise.plugin import Mount, Need, Permission, anyone, hookimpl, requires
from nakamise.plugin.api_version import API_VERSION
from tests.core.host.plugins import entry, hooks, manifest, module, plugin


def discover(*entry_points: metadata.EntryPoint) -> PluginHost:
    return PluginHost.discover(entry_points=entry_points)


def reasons(host: PluginHost) -> dict[str, Why]:
    return {refused.id: refused.why for refused in host.refused}


def test_each_fault_has_its_reason_and_the_rest_goes_on() -> None:
    major, minor = API_VERSION
    host = discover(
        plugin("shop"),
        plugin("coupons", requires=("shop",)),
        plugin("dup"),
        plugin("dup"),
        plugin("newer", api=f"{major}.{minor + 1}"),
        plugin("older", api=f"{major - 1}.9"),
        plugin("odd", api="one"),
        plugin("needs", requires=("newer",)),
        plugin("needs2", requires=("needs",)),
        entry("junk", 42),
        entry("renamed", manifest("other")),
        metadata.EntryPoint("boom", "no_such_module_anywhere:x", "nakamise.plugins"),
        plugin("aa", requires=("bb",)),
        plugin("bb", requires=("aa",)),
        plugin("broken", hooks="made_up.module:Hooks"),
    )
    assert [found.id for found in host.usable] == ["shop", "coupons"]
    assert reasons(host) == {
        "dup": Why.DUPLICATE_ID,
        "newer": Why.API_TOO_NEW,
        "older": Why.API_TOO_OLD,
        "odd": Why.BAD_API,
        "needs": Why.MISSING_REQUIREMENT,
        "needs2": Why.MISSING_REQUIREMENT,
        "junk": Why.NOT_A_MANIFEST,
        "renamed": Why.WRONG_ID,
        "boom": Why.IMPORT_FAILED,
        "aa": Why.CYCLE,
        "bb": Why.CYCLE,
        "broken": Why.BROKEN_REFERENCE,
    }


def test_both_of_two_claimants_are_listed() -> None:
    host = discover(plugin("dup"), plugin("dup"))
    assert [refused.id for refused in host.refused] == ["dup", "dup"]


def test_a_plugin_that_exits_on_import_is_refused(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "exits_on_import.py").write_text("import sys\nsys.exit(3)\n")
    monkeypatch.syspath_prepend(tmp_path)
    host = discover(
        metadata.EntryPoint("exits", "exits_on_import:manifest", "nakamise.plugins"), plugin("shop")
    )
    assert [found.id for found in host.usable] == ["shop"]
    assert reasons(host) == {"exits": Why.IMPORT_FAILED}


def test_order_is_declared_and_does_not_depend_on_installation_order() -> None:
    entries = [
        plugin("aa", after=("zz",)),
        plugin("mm"),
        plugin("zz", requires=("mm",)),
        plugin("bb", after=("not_installed",)),
    ]
    for order in (entries, entries[::-1]):
        assert [found.id for found in discover(*order).usable] == ["bb", "mm", "zz", "aa"]


def test_safe_mode_keeps_only_our_own_distribution() -> None:
    host = PluginHost.discover(safe_mode=True, entry_points=[plugin("shop")])
    assert host.usable == ()


class Catalog:
    """Stands for a service type of contracts."""


def test_a_required_service_must_be_provided_by_somebody() -> None:
    provider = module(make=Catalog)
    need = plugin("zz", uses={Catalog: Need.REQUIRED})
    assert reasons(discover(need)) == {"zz": Why.MISSING_SERVICE}
    assert reasons(discover(need, plugin("aa", provides={Catalog: f"{provider}:make"}))) == {}


# --- hooks ---------------------------------------------------------------------------------------


class Misspelt:
    @hookimpl
    def price_adjusst(self, ctx: Any) -> None: ...


class UnknownArgument:
    @hookimpl
    def price_adjust(self, basket: Any) -> None: ...


class Wrapper:
    @hookimpl(wrapper=True)
    def price_adjust(self, ctx: Any) -> Any:
        return (yield)


class Unmarked:
    def price_adjust(self, ctx: Any, draft: Any, facts: Any) -> None: ...


class AsyncWhereSync:
    @hookimpl
    async def price_adjust(self, ctx: Any) -> None: ...


class SyncWhereAsync:
    @hookimpl
    def price_facts(self, ctx: Any) -> None: ...


class Pushy:
    @hookimpl(tryfirst=True)
    def price_adjust(self, ctx: Any) -> None: ...


class Unbuildable:
    def __init__(self) -> None:
        raise OSError("no database here")


@pytest.mark.parametrize(
    "cls", [Misspelt, UnknownArgument, Wrapper, Unmarked, AsyncWhereSync, SyncWhereAsync, Pushy, Unbuildable]
)
def test_hooks_outside_the_contract_are_refused(cls: type) -> None:
    assert reasons(discover(plugin("bad", hooks=hooks(cls)))) == {"bad": Why.BAD_HOOKS}


# --- routes --------------------------------------------------------------------------------------


@get("/open", opt=anyone())
async def open_page() -> str:
    return "open"


@get("/open", opt=anyone())
async def same_path() -> str:
    return "open too"


@get("/closed")
async def says_nothing() -> str:
    return "closed"


@websocket("/live")
async def socket_says_nothing(socket: WebSocket[Any, Any, Any]) -> None: ...


@get("/orders", opt=requires("shop.orders.read"))
async def orders() -> str:
    return "orders"


@get("/users", opt=requires("core.users.read"))
async def users() -> str:
    return "users"


def mounted(id_: str, *handlers: object, **parts: Any) -> metadata.EntryPoint:
    return plugin(id_, mounts=(Mount("pages", f"{module(handlers=handlers)}:handlers"),), **parts)


@pytest.mark.parametrize("handler", [says_nothing, socket_says_nothing])
def test_a_route_without_access_is_refused(handler: object) -> None:
    assert reasons(discover(mounted("bad", open_page, handler))) == {"bad": Why.NO_ACCESS}


def test_a_permission_must_be_declared_by_somebody_usable() -> None:
    declares = plugin("shop", permissions=(Permission("shop.orders.read", "Read"),))
    assert reasons(discover(mounted("zz", orders))) == {"zz": Why.UNKNOWN_PERMISSION}
    assert reasons(discover(mounted("zz", orders), declares)) == {}
    assert reasons(discover(mounted("zz", users))) == {}


@pytest.mark.parametrize("handlers", [("text",), (open_page, same_path), (42,)])
def test_routes_that_cannot_be_mounted_are_refused(handlers: tuple[object, ...]) -> None:
    assert reasons(discover(mounted("bad", *handlers))) == {"bad": Why.BAD_ROUTES}


def test_a_handler_with_a_broken_signature_does_not_stop_the_start() -> None:
    async def handler(thing: Any) -> str:
        return "never"

    handler.__annotations__["thing"] = "NoSuchType"
    broken = get("/x", opt=anyone())(handler)
    assert reasons(discover(mounted("bad", broken), plugin("good"))) == {"bad": Why.BAD_ROUTES}
