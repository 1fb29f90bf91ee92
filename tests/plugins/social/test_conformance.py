"""The rules that every plugin keeps."""

from __future__ import annotations

from nakamise.testing.conformance import PluginConformance


class TestConformance(PluginConformance):
    plugin_id = "social"
