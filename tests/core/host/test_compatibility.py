"""Plugins of other versions of the contract: the older minor works, the rest is bridged or refused with advice."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import pytest

from nakamise.host.adapters import Bridges
from nakamise.host.refusal import Why
from nakamise.host.registry import PluginHost
from nakamise.plugin import Manifest, Slot, SlotItem, deprecated
from nakamise.plugin.api_version import API_VERSION
from nakamise.plugin.slots import Renamed
from tests.core.host.plugins import entry, plugin

pytestmark = pytest.mark.req("BX-19")
MAJOR, MINOR = API_VERSION


@dataclass(frozen=True)
class OldManifest:
    """As API 0.9 had it: another class, another name for the title."""

    id: str
    name: str
    api: str = "0.9"


def adapt(old: OldManifest) -> Manifest:
    return Manifest(id=old.id, api=f"{MAJOR}.0", version="0", title=old.name)


def test_every_minor_version_up_to_ours_is_taken() -> None:
    entries = [plugin(f"minor{minor}", api=f"{MAJOR}.{minor}") for minor in range(MINOR + 1)]
    host = PluginHost.discover(entry_points=entries)
    assert len(host.usable) == MINOR + 1
    assert host.refused == ()


def test_the_major_version_before_ours_comes_through_its_adapter() -> None:
    old = entry("old", OldManifest("old", "From long ago"))
    host = PluginHost.discover(entry_points=[old], bridges=Bridges({0: adapt}))
    assert [(one.id, one.title) for one in host.usable] == [("old", "From long ago")]


def test_an_adapter_that_fails_refuses_that_plugin_only() -> None:
    def fails(old: OldManifest) -> Manifest:
        raise KeyError(old.id)

    entries = [entry("old", OldManifest("old", "Old")), plugin("good")]
    host = PluginHost.discover(entry_points=entries, bridges=Bridges({0: fails}))
    assert [one.id for one in host.usable] == ["good"]
    assert [one.why for one in host.refused] == [Why.API_TOO_OLD]


@pytest.mark.parametrize(
    ("api", "why", "advice"),
    [
        (f"{MAJOR}.{MINOR + 1}", Why.API_TOO_NEW, "upgrade nakamise"),
        (f"{MAJOR + 1}.0", Why.API_TOO_NEW, "upgrade nakamise"),
        (f"{MAJOR - 1}.9", Why.API_TOO_OLD, "install a newer version of the plugin"),
        ("latest", Why.BAD_API, "<major>.<minor>"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_a_reason_and_advice(api: str, why: Why, advice: str) -> None:
    host = PluginHost.discover(entry_points=[plugin("other", api=api), plugin("good")])
    assert [one.id for one in host.usable] == ["good"]
    [refused] = host.refused
    assert refused.why is why
    assert advice in refused.detail
    assert api in refused.detail


def test_a_renamed_slot_still_works_and_the_author_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "templates" / "boxes").mkdir(parents=True)
    (tmp_path / "templates" / "boxes" / "box.html").write_text("box")
    item = SlotItem(Slot.HOME_SECTION, "boxes/box.html")
    bridges = Bridges(renamed={Slot.HOME_SECTION: Renamed(Slot.HOME_HERO, "2.0")})
    for _ in range(2):
        entries = [plugin("boxes", slots=(item,), folder=tmp_path)]
        host = PluginHost.discover(entry_points=entries, bridges=bridges)
        assert host.slot_items(frozenset({"boxes"}), Slot.HOME_SECTION) == []
        [(owner, found)] = host.slot_items(frozenset({"boxes"}), Slot.HOME_HERO)
        assert (owner, found.template) == ("boxes", "boxes/box.html")
    [told] = [one.getMessage() for one in caplog.records if one.name == "nakamise.deprecated"]
    assert "plugin boxes uses the slot home.section" in told
    assert "API 2.0" in told
    assert "use the slot home.hero" in told


def old_helper() -> int:
    deprecated("old_helper()", instead="new_helper()", removed_in="2.0")
    return 1


def test_a_deprecation_names_who_where_and_what_instead_once_for_each_place(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING, "nakamise.deprecated"):
        for _ in range(3):
            old_helper()
        old_helper()
    first, second = [one.getMessage() for one in caplog.records]
    assert first.startswith(
        "tests uses old_helper(), which API 2.0 does not have any more; use new_helper() ("
    )
    assert Path(__file__).name in first
    assert first != second
