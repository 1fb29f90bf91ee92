"""All tests share the fixtures that plugin authors get too, and nakamise-hello as somebody else's wheel."""

from __future__ import annotations

from tests.fixture_plugins.install import install_hello

pytest_plugins = ["nakamise.testing.fixtures"]


def pytest_sessionstart() -> None:
    """Before any server or child process starts, so that they find it too."""
    install_hello()
