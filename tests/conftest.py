"""nakamise-hello, as somebody else's wheel. The fixtures come with our own pytest plugin, as for any author."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fixture_plugins.install import install_hello


def pytest_sessionstart() -> None:
    """Before any server or child process starts, so that they find it too."""
    install_hello()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    if config.getoption("dist") != "loadscope":
        return None
    from tests.scheduling import OneProcessPerFolder

    return OneProcessPerFolder(config, log)
