"""Every act that some code writes into the audit log has words in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import nakamise
from nakamise.admin.site.acts import CORE_ACTS
from nakamise.ui.i18n import read_catalog, translate
from nakamise_agency.records.acts import ACTS
from nakamise_returns.states import State as ReturnState
from nakamise_shop.orders.timeline import Happened
from nakamise_shop.staff.products.schemas import ProductState
from nakamise_shop.staff.shops.states import SOURCES as SHOP_STATES

CORE = Path(nakamise.__file__).parent
PLUGINS = Path(__file__).parents[4] / "plugins"
WRITERS = {"audit": "tenant", "audit_as": "tenant"}
CONTROL = {"announce", "note", "changing", "_note"}
ACT = re.compile(r"[a-z_]+(\.[a-z_]+)+")
# What stands in the braces of acts that are put together.
PUT_TOGETHER = {
    "shop.order_": [kind.value for kind in Happened],
    "shop.product.": [state.value for state in ProductState],
    "shop.shop.": sorted(SHOP_STATES),
    "returns.": [state.value for state in ReturnState],
    "livestream.broadcast.chat_": ["mute", "ban", "none"],
    "livestream.broadcaster.": ["approved", "rejected", "suspended"],
}
# Functions that pass on an act that they were given, and readers of a log that are called the same.
PASSING = {"control.py", "context.py", "audit.py", "store.py", "agencies/service.py", "broadcasts/news.py"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def _values(node: ast.expr, function: Function) -> list[str]:
    """The acts that an argument can be."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) and ACT.fullmatch(node.value) else []
    if isinstance(node, ast.IfExp):
        return _values(node.body, function) + _values(node.orelse, function)
    if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
        start = str(node.values[0].value)
        return [start + end for end in PUT_TOGETHER.get(start, [])]
    if isinstance(node, ast.Name):
        assigned = [one for one in ast.walk(function) if isinstance(one, ast.Assign)]
        return [
            value
            for one in assigned
            if any(isinstance(target, ast.Name) and target.id == node.id for target in one.targets)
            for value in _values(one.value, function)
        ]
    return []


def _calls(path: Path, names: set[str]) -> Iterator[tuple[str, list[str]]]:
    """(where, acts) of each call of one of ``names`` with a position for the act."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for function in ast.walk(tree):
        if not isinstance(function, Function):
            continue
        for call in ast.walk(function):
            if not isinstance(call, ast.Call) or len(call.args) < 2:
                continue
            called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            if called in names:
                acts = [act for argument in call.args[1:4] for act in _values(argument, function)]
                yield f"{path.name}:{call.lineno}", acts


def _files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*.py") if not any(str(path).endswith(f"/{end}") for end in PASSING)]


def test_every_act_of_the_core_has_words() -> None:
    found = {where: acts for path in _files(CORE) for where, acts in _calls(path, set(WRITERS))}
    assert [where for where, acts in found.items() if not acts] == []
    written = {act for acts in found.values() for act in acts}
    assert {"account.signed_in", "core.plugin.enabled", "core.role.created"} <= written
    assert written - set(CORE_ACTS) == set()
    assert [text for text in CORE_ACTS.values() if translate("ja", "core", text) == text] == []


@pytest.mark.parametrize("folder", sorted(PLUGINS.glob("*/nakamise_*")), ids=lambda folder: folder.name)
def test_every_act_of_a_plugin_has_words_in_both_languages(folder: Path) -> None:
    found = {where: acts for path in _files(folder) for where, acts in _calls(path, set(WRITERS))}
    assert [where for where, acts in found.items() if not acts] == []
    written = {act for acts in found.values() for act in acts}
    for language in ("ja", "en"):
        file = folder / "locales" / f"{language}.po"
        catalog = read_catalog(file) if file.exists() else {}
        assert {act for act in written if (None, f"audit.{act}") not in catalog} == set(), language


def test_every_act_of_the_shared_log_has_words() -> None:
    written = {act for path in _files(CORE) for _, acts in _calls(path, CONTROL) for act in acts}
    assert {"tenant.suspend", "plugin.enable", "host.claim"} <= written
    assert written - set(ACTS) == set()
