"""nakamise-hello, as somebody else's wheel. The fixtures come with our own pytest plugin, as for any author."""

from __future__ import annotations

import gc
import os
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import HealthCheck, settings

from tests.fixture_plugins.install import install_hello
from tests.full import FULL
from tests.scheduling import OneProcessPerFolder, longest_first
from tests.second_hand import TURNS, SecondHand

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from nakamise.runtime import Runtime
    from nakamise.testing.fixtures import MakeTenant

TOLD: Final = 1_500  # characters

# A busy machine is no fault of the rules: both are read off the clock on the wall.
settings.register_profile("no deadline", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("no deadline")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(TURNS)


def pytest_sessionstart() -> None:
    """Before any server or child process starts, so that they find it too."""
    # Databases of tests listen on 127.0.0.1: asking each of thousands of connections for TLS costs more than the rest
    # of what we do for it.
    os.environ.setdefault("PGSSLMODE", "disable")
    install_hello()
    # Until everything is imported and collected there is nothing to be found.
    gc.disable()


@pytest.fixture(scope="session")
def make_tenant(runtime: Runtime) -> MakeTenant:
    """Ours, of the schemas that earlier tests' tenants left where that is the same."""
    return SecondHand(runtime).make


@pytest.fixture(scope="session")
def browser(chromium: Browser) -> Browser:
    """One for all tests of a process; their contexts are as separate as browsers are."""
    return chromium


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """A failure is told when it happens: a run that never ends prints no summary."""
    if report.failed and "PYTEST_XDIST_WORKER" not in os.environ:
        os.write(2, f"\n{report.nodeid} ({report.when}):\n{report.longreprtext[-TOLD:]}\n".encode())


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = [] if FULL else [item for item in items if item.get_closest_marker("full")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in set(left_out)]
    items.sort(key=lambda item: longest_first(item.nodeid))
    # What was imported and collected stays until the end: no collection needs to walk through it.
    gc.collect()
    gc.freeze()
    gc.enable()
    # An application is large, and lives until the end: looked through less often than by default, all of it.
    gc.set_threshold(700, 10, 40)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    if config.getoption("dist") != "loadscope":
        return None
    return OneProcessPerFolder(config, log)
