"""A server's start does not try each plugin's routes alone, until one of them does not fit."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from nakamise.app import create_app
from nakamise.asgi import built
from nakamise.building import close_runtime
from nakamise.host.discovery import installed_entry_points
from nakamise.host.refusal import Why
from nakamise.host.registry import PluginHost
from nakamise.host.routes import Mounting
from nakamise.settings import Settings
from nakamise.testing.fakes import FakingHost
from tests.scaffold.packed import Edit, edited, installed

OPEN_TO_ALL = Edit("api.py", '@get("/notes", opt=anyone())', '@get("/notes")')


@pytest.mark.req("AR-03")
async def test_its_plugin_alone_is_refused_and_the_others_serve(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with installed(edited("ajar", tmp_path, [OPEN_TO_ALL])), caplog.at_level(logging.CRITICAL):
        runtime, app = await built(settings)
    try:
        assert app is not None
        assert ("ajar", Why.NO_ACCESS) in [(one.id, one.why) for one in runtime.host.refused]
        assert {"agency", "payments"} <= {manifest.id for manifest in runtime.host.usable}
        assert runtime.host.owner_of("/admin/payments") == "payments"
    finally:
        await close_runtime(runtime)


async def test_without_the_second_look_nothing_would_serve(settings: Settings, tmp_path: Path) -> None:
    from nakamise.building import build_runtime

    with installed(edited("wide_ajar", tmp_path, [OPEN_TO_ALL])) as entry_point:
        untried = PluginHost.discover(entry_points=[entry_point], mounting=Mounting.UNTRIED)
    assert not untried.refused
    runtime = await build_runtime(settings, host=untried)
    try:
        with pytest.raises(Exception, match="access"):
            create_app(runtime)
    finally:
        await close_runtime(runtime)


def test_who_tests_a_plugin_hears_of_its_route(tmp_path: Path) -> None:
    with installed(edited("left_ajar", tmp_path, [OPEN_TO_ALL])) as entry_point:
        found = FakingHost.discover(entry_points=[entry_point], mounting=Mounting.UNTRIED)
        assert not found.refused
        assert found.routes_fit(())
        assert not found.routes_fit(("left_ajar",))
    with installed(edited("closed", tmp_path, [])) as entry_point:
        sound = FakingHost.discover(entry_points=[entry_point], mounting=Mounting.UNTRIED)
        assert sound.routes_fit(("closed",))


def test_a_command_imports_no_routes() -> None:
    host = PluginHost.discover(entry_points=installed_entry_points(), mounting=Mounting.NOTHING)
    assert host.usable
    assert not host.route_handlers()
