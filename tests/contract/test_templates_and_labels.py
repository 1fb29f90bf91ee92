"""What every installed plugin says to people: its templates compile, its words are translated."""

from __future__ import annotations

import pytest

from nakamise.host.loading import Loaded
from nakamise.host.registry import PluginHost
from nakamise.ui.i18n import register, translate
from nakamise.ui.renderer import Renderer
from nakamise.ui.settings_form import fields_of
from tests.contract.installed import PLUGINS

each_plugin = pytest.mark.parametrize("plugin_id", PLUGINS)


@pytest.fixture
def plugin(host: PluginHost, plugin_id: str) -> Loaded:
    assert [refused for refused in host.refused if refused.id == plugin_id] == []
    return host.plugin(plugin_id)


def test_every_template_compiles(host: PluginHost) -> None:
    """The core's and all plugins' in one go, in both languages."""
    sources = host.template_sources()
    assert {source.owner for source in sources if source.templates is not None} >= set(PLUGINS)
    assert Renderer(sources).compile_all() > 2 * len(sources)


def labels(plugin: Loaded) -> list[str]:
    manifest = plugin.manifest
    found = [manifest.title, manifest.summary]
    found += [permission.label for permission in manifest.permissions]
    found += [text for item in manifest.nav for text in (item.label, item.group)]
    for field in fields_of(manifest.settings) if manifest.settings else []:
        found += [field.label, field.hint, *(label for _, label in field.choices)]
    return [text for text in found if text]


@each_plugin
def test_its_labels_are_translated(host: PluginHost, plugin: Loaded, plugin_id: str) -> None:
    source = next(source for source in host.template_sources() if source.owner == plugin_id)
    assert source.locales is not None
    register(plugin_id, source.locales)
    assert [text for text in labels(plugin) if translate("ja", plugin_id, text) == text] == []
