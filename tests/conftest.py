"""All tests share the fixtures that plugin authors get too."""

from __future__ import annotations

import pytest

from nakamise.host.registry import PluginHost
from tests.fixture_plugins.install import install_hello

pytest_plugins = ["nakamise.testing.fixtures"]


@pytest.fixture(scope="session")
def host() -> PluginHost:
    """Everything installed: our plugins, and nakamise-hello as somebody else's wheel."""
    install_hello()
    return PluginHost.discover()
