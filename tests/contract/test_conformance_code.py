"""What every installed plugin's code must be like: light to import, inside its own name, typed like the contract."""

from __future__ import annotations

import ast
import inspect
import json
import subprocess
import sys
import typing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from nakamise.host import plugin_settings
from nakamise.host.hook_steps import SPECIFICATIONS
from nakamise.host.loading import Loaded
from nakamise.host.registry import PluginHost
from nakamise.ui.i18n import register, translate
from nakamise.ui.renderer import Renderer
from nakamise.ui.settings_form import fields_of
from tests.contract.installed import ENTRY_POINTS, PLUGINS

IMPORT_MS_MAX = 100
PRIVATE = (
    "host",
    "embedded",
    "cli",
    "tenancy",
    "jobs",
    "events",
    "app",
    "asgi",
    "auth",
    "runtime",
    "scaffold",
)

pytestmark = pytest.mark.parametrize("plugin_id", PLUGINS)


@pytest.fixture
def plugin(host: PluginHost, plugin_id: str) -> Loaded:
    assert [refused for refused in host.refused if refused.id == plugin_id] == []
    return host.plugin(plugin_id)


def package_of(plugin_id: str) -> str:
    return ENTRY_POINTS[plugin_id].module.partition(".")[0]


# The contract itself is loaded by the host anyway, so it does not count.
_IMPORT = """
import importlib, json, sys, time
import nakamise.plugin, nakamise.contracts.payments, nakamise.contracts.orders, nakamise.contracts.ui, nakamise.web
before = set(sys.modules)
started = time.perf_counter()
importlib.import_module(sys.argv[1])
spent_ms = (time.perf_counter() - started) * 1000
print(json.dumps({"ms": spent_ms, "modules": sorted(set(sys.modules) - before)}))
"""


def imported_by(module: str) -> dict[str, Any]:
    command = [sys.executable, "-c", _IMPORT, module]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_its_manifest_is_light(plugin: Loaded, plugin_id: str) -> None:
    runs = [imported_by(ENTRY_POINTS[plugin_id].module) for _ in range(3)]
    assert min(run["ms"] for run in runs) < IMPORT_MS_MAX
    foreign = {name.partition(".")[0] for name in runs[0]["modules"]} - {package_of(plugin_id), "nakamise"}
    assert foreign <= sys.stdlib_module_names


def sources(plugin: Loaded) -> list[Path]:
    assert plugin.folder is not None
    return sorted(plugin.folder.rglob("*.py"))


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_it_imports_no_private_part_of_the_core(plugin: Loaded) -> None:
    private = {f"nakamise.{name}" for name in PRIVATE}
    bad = {
        f"{path.name}: {name}"
        for path in sources(plugin)
        for name in imports(path)
        if name in private or any(name.startswith(f"{one}.") for one in private)
    }
    assert bad == set()


def test_it_imports_other_plugins_by_their_contract_only(plugin: Loaded, plugin_id: str) -> None:
    others = {package_of(other): other for other in PLUGINS if other != plugin_id}
    for path in sources(plugin):
        for name in imports(path):
            owner = others.get(name.partition(".")[0])
            if owner is not None:
                assert owner in plugin.manifest.requires, f"{path}: {name} without requiring {owner}"
                assert ".contract" in name, f"{path}: {name}"


def test_its_hooks_have_the_specified_signature(plugin: Loaded) -> None:
    for name, step in plugin.steps.items():
        specified, own = typing.get_type_hints(SPECIFICATIONS[name]), typing.get_type_hints(step.function)
        names = [
            parameter
            for parameter in inspect.signature(SPECIFICATIONS[name]).parameters
            if parameter != "self"
        ]
        assert list(inspect.signature(step.function).parameters) == names, name
        assert {key: own.get(key) for key in names} == {key: specified[key] for key in names}, name


def test_its_files_are_in_folders_of_its_own_name(plugin: Loaded, plugin_id: str) -> None:
    assert plugin.folder is not None
    templates = plugin.folder / "templates"
    assert {path.name for path in templates.glob("*")} <= {plugin_id}


def test_its_templates_compile(host: PluginHost, plugin_id: str) -> None:
    source = next(source for source in host.template_sources() if source.owner == plugin_id)
    assert Renderer([source]).compile_all() > 0


def labels(plugin: Loaded) -> list[str]:
    manifest = plugin.manifest
    found = [manifest.title, manifest.summary]
    found += [permission.label for permission in manifest.permissions]
    found += [text for item in manifest.nav for text in (item.label, item.group)]
    for field in fields_of(manifest.settings) if manifest.settings else []:
        found += [field.label, field.hint, *(label for _, label in field.choices)]
    return [text for text in found if text]


def test_its_labels_are_translated(host: PluginHost, plugin: Loaded, plugin_id: str) -> None:
    source = next(source for source in host.template_sources() if source.owner == plugin_id)
    assert source.locales is not None
    register(plugin_id, source.locales)
    assert [text for text in labels(plugin) if translate("ja", plugin_id, text) == text] == []


def test_its_settings_round_trip(plugin: Loaded) -> None:
    type_ = plugin.manifest.settings
    if type_ is None:
        assert plugin.manifest.settings_version == 1
        return
    stored = json.loads(msgspec.json.encode(plugin_settings.dump(type_())))
    assert plugin_settings.parse(type_, stored) == plugin_settings.read(type_, stored) == type_()
