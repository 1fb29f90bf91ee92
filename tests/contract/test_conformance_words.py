"""What a manifest and its settings say to people is said in Japanese too; no keyword marks these for extraction."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nakamise.auth.permissions import CORE_PERMISSIONS, PRESET_ROLES
from nakamise.plugin.manifest import Manifest
from nakamise.runtime import Runtime
from nakamise.ui.i18n import gettext_for
from nakamise.ui.settings_form import fields_of

OURS = ("shop", "payments", "payments_sandbox")


def words_of(manifest: Manifest) -> Iterator[str]:
    yield manifest.title
    yield manifest.summary
    yield from (permission.label for permission in manifest.permissions)
    yield from (item.label for item in manifest.nav)
    yield from (item.group for item in manifest.nav if item.group)
    if manifest.settings is not None:
        for field in fields_of(manifest.settings):
            yield field.label
            yield field.hint
            yield from (label for _, label in field.choices)


@pytest.mark.parametrize("plugin_id", OURS)
def test_a_plugin_speaks_japanese(runtime: Runtime, plugin_id: str) -> None:
    _ = gettext_for("ja", plugin_id)
    words = [word for word in words_of(runtime.host.manifest(plugin_id)) if word]
    assert words
    assert [word for word in words if _(word) == word] == []


def test_roles_and_permissions_of_the_core_speak_japanese() -> None:
    _ = gettext_for("ja", "core")
    labels = [one.label for one in (*CORE_PERMISSIONS, *PRESET_ROLES)]
    assert [label for label in labels if _(label) == label] == []
