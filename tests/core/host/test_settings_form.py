"""Every type of setting has its control; secrets never come back."""

from __future__ import annotations

import enum
from typing import Annotated, Literal

import msgspec
import pytest

from nakamise.host import plugin_settings
from nakamise.host.refusal import Why
from nakamise.host.registry import PluginHost
from nakamise.ui import settings_form
from nakamise.ui.settings_form import NoControl, fields_of
from tests.core.host.plugins import plugin


class Size(enum.StrEnum):
    SMALL = "small"
    LARGE = "large"


class Everything(msgspec.Struct, frozen=True):
    is_open: bool = True
    days: Annotated[int, msgspec.Meta(title="Days", description="How long", ge=1, le=30)] = 7
    name: Annotated[str, msgspec.Meta(max_length=20)] = ""
    note: Annotated[str, msgspec.Meta(extra={"long": True})] = ""
    api_key: Annotated[str, msgspec.Meta(extra={"secret": True})] = ""
    size: Size = Size.SMALL
    mode: Literal["fast", "safe"] = "safe"
    words: list[str] = []


class NoForm(msgspec.Struct, frozen=True):
    limits: dict[str, int] = {}


STORED = Everything(api_key="k-123", words=["a", "b"])


def test_each_type_has_its_control() -> None:
    fields = {field.name: field for field in fields_of(Everything)}
    assert {name: field.kind for name, field in fields.items()} == {
        "is_open": "switch",
        "days": "number",
        "name": "text",
        "note": "long",
        "api_key": "secret",
        "size": "select",
        "mode": "select",
        "words": "lines",
    }
    days = fields["days"]
    assert (days.label, days.hint, days.minimum, days.maximum) == ("Days", "How long", 1, 30)
    assert fields["is_open"].label == "Is open"
    assert [value for value, _ in fields["mode"].choices] == ["fast", "safe"]


def test_a_secret_is_neither_shown_nor_lost() -> None:
    fields = fields_of(Everything)
    shown = settings_form.shown(STORED, fields)
    assert shown["api_key"] == ""
    assert settings_form.masked(STORED)["api_key"] is None
    stored = msgspec.to_builtins(STORED)
    raw = {"days": "8", "size": "large", "mode": "fast", "words": "x\n\n y "}
    kept = plugin_settings.parse(Everything, settings_form.typed(fields, raw, stored))
    assert kept == Everything(
        is_open=False, days=8, size=Size.LARGE, mode="fast", words=["x", "y"], api_key="k-123"
    )
    changed = settings_form.typed(fields, {**raw, "api_key": "new"}, stored)
    assert plugin_settings.parse(Everything, changed).api_key == "new"
    assert settings_form.retyped(fields, {"api_key": "typed", "days": "x"}) == {
        **{field.name: "" for field in fields},
        "is_open": False,
        "days": "x",
    }


@pytest.mark.parametrize("given", [{}, {"api_key": None}])
def test_the_api_keeps_a_secret_that_is_left_out(given: dict[str, None]) -> None:
    assert settings_form.unmasked(STORED, given)["api_key"] == "k-123"
    assert settings_form.unmasked(STORED, {"api_key": "new"})["api_key"] == "new"


def test_a_type_without_a_control_is_refused_at_start() -> None:
    with pytest.raises(NoControl):
        fields_of(NoForm)
    host = PluginHost.discover(entry_points=[plugin("odd", settings=NoForm)])
    assert [refused.why for refused in host.refused] == [Why.BAD_SETTINGS]
