"""Fixtures of the pytest plugin, and rules of the conformance suite."""

from __future__ import annotations

import importlib
import inspect
import re
from types import ModuleType
from typing import Any, Final

from nakamise.testing import plugin
from nakamise.testing.conformance import all_checks
from scripts.reference.markdown import code, one_line, prose, table

_HEAD: Final = ("Fixture", "Lives for", "Gives", "What")


def fixtures() -> str:
    parts = ["# Testing kit", prose(plugin.__doc__)]
    for name in reversed(plugin.pytest_plugins):
        module = importlib.import_module(name)
        rows = [_fixture(module, name, value) for name, value in vars(module).items() if is_fixture(value)]
        parts += [prose(module.__doc__), table(_HEAD, sorted(rows))]
    return "\n\n".join(parts)


def is_fixture(value: object) -> bool:
    return hasattr(value, "_fixture_function_marker")


def _fixture(module: ModuleType, name: str, value: Any) -> tuple[str, ...]:
    function = value._fixture_function
    given = re.sub(r"^(?:Async)?Iterator\[(.*)\]$", r"\1", str(function.__annotations__["return"]))
    what = function.__doc__ or _said_of(getattr(module, given, None))
    return code(name), str(value._fixture_function_marker.scope), code(given), one_line(what)


def _said_of(protocol: Any) -> str | None:
    """What a callable fixture's type says of the call."""
    if not inspect.isclass(protocol):
        return None
    call: str | None = getattr(vars(protocol).get("__call__"), "__doc__", None)
    return call or protocol.__doc__


def conformance() -> str:
    rows = [
        (str(one.number), code(one.id), one.title, one.tier.value, one.why, one.mend) for one in all_checks()
    ]
    lead = (
        "What `nakamise plugin check PACKAGE` and `PluginConformance` examine. A rule that a plugin cannot keep is named in"
        ' `quality.toml` beside its manifest: `[exempt]`, then `<rule> = "why"`.'
    )
    head = ("No.", "Rule", "What", "Tier", "Why", "Mend")
    return f"# Conformance\n\n{lead}\n\n{table(head, rows)}"
