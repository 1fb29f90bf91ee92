"""The pytest plugin ``nakamise``: fixtures, and a watch over tests that use them.

It is loaded in every pytest of an environment that has Nakamise, so it imports nothing of it by itself and
leaves tests alone that do not ask for the fixture ``runtime``, directly or through another.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

pytest_plugins = ["nakamise.testing.fixtures", "nakamise.testing.author_fixtures"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("nakamise_plugins", "ids of the plugins under test", type="args", default=[])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[Any]:
    """Such a test reaches this machine only, and the plugins under test may not block the event loop."""
    if "runtime" not in getattr(item, "fixturenames", ()):
        return (yield)
    from nakamise.testing.watch import blocking_calls, only_this_machine

    with ExitStack() as stack:
        stack.enter_context(only_this_machine())
        blocked = stack.enter_context(blocking_calls(_folders(item.config.getini("nakamise_plugins"))))
        result = yield
    if blocked:
        raise AssertionError("; ".join(sorted(map(str, blocked))))
    return result


def _folders(plugins: list[str]) -> list[Path]:
    """Of the packages of the plugins under test."""
    if not plugins:
        return []
    import importlib.util

    from nakamise.host.discovery import installed_entry_points

    specs = [
        importlib.util.find_spec(found.module.partition(".")[0])
        for found in installed_entry_points()
        if found.name in plugins
    ]
    return [Path(spec.origin).parent for spec in specs if spec is not None and spec.origin is not None]
