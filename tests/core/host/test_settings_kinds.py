"""Every kind of setting goes out to its control and comes back as what it was."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import Meta

from nakamise.errors import Invalid
from nakamise.host import plugin_settings
from nakamise.plugin.settings import Color, Email, LongText, Money, Percent, Picture, Secret, Url
from nakamise.ui import settings_form
from nakamise.ui.settings_form import fields_of

pytestmark = pytest.mark.req("BX-19")


class Day(enum.StrEnum):
    SAT = "sat"
    SUN = "sun"


class Level(msgspec.Struct, frozen=True):
    label: Annotated[str, Meta(max_length=10)] = ""
    rate: Percent = 0
    token: Secret = ""
    day: Day = Day.SAT


class Sender(msgspec.Struct, frozen=True):
    name: str = "Shop"
    address: Email = ""


class Kinds(msgspec.Struct, frozen=True):
    is_open: bool = True
    count: int = 3
    most: int | None = None
    fee: Money = 500
    rate: Percent = 1250
    weight: Decimal = Decimal("1.5")
    name: str = "x"
    text: LongText = ""
    words: list[str] = []
    key: Secret = "k"
    site: Url = ""
    mail: Email = ""
    colour: Color = "#112233"
    day: Day = Day.SAT
    mode: Literal["a", "b"] | None = None
    days: frozenset[Day] = frozenset({Day.SUN})
    on: dt.date | None = None
    at: dt.datetime = dt.datetime(2026, 11, 21, 10, 0)  # noqa: DTZ001 - the tenant's wall time
    opens: dt.time = dt.time(9, 30)
    logo: Picture = None
    sender: Sender = Sender()
    levels: Annotated[list[Level], Meta(max_length=3)] = []


KINDS = {
    "is_open": "switch",
    "count": "number",
    "most": "number",
    "fee": "money",
    "rate": "percent",
    "weight": "decimal",
    "name": "text",
    "text": "long",
    "words": "lines",
    "key": "secret",
    "site": "url",
    "mail": "email",
    "colour": "color",
    "day": "select",
    "mode": "select",
    "days": "many",
    "on": "date",
    "at": "datetime",
    "opens": "time",
    "logo": "picture",
    "sender": "group",
    "levels": "rows",
}
FULL = Kinds(
    most=7,
    mode="b",
    on=dt.date(2026, 12, 24),
    words=["a", "b"],
    sender=Sender("Shop", "a@example.com"),
    levels=[Level("gold", 1000, "t1", Day.SUN), Level("silver", 50, "t2")],
)


def sent(values: Mapping[str, Any], fields: Any, prefix: str = "") -> dict[str, list[str]]:
    """What a browser sends for a form that shows ``values``."""
    raw: dict[str, list[str]] = {}
    for field in fields:
        name, value = prefix + field.name, values[field.name]
        match field.kind:
            case "switch":
                raw |= {name: ["1"]} if value else {}
            case "many":
                raw[name] = list(value)
            case "group":
                raw |= sent(value, field.fields, f"{name}.")
            case "rows":
                raw[f"{name}.#"] = [str(len(value) + 1)]
                for index, row in enumerate([*value, settings_form.blank_row(field)]):
                    raw |= sent(row, field.fields, f"{name}.{index}.")
            case "picture":
                pass
            case _:
                raw[name] = [value]
    return raw


def saved(raw: Mapping[str, Any], before: Kinds = FULL) -> Kinds:
    stored = msgspec.to_builtins(before)
    return plugin_settings.parse(Kinds, settings_form.typed(fields_of(Kinds), raw, stored))


def raw_of(settings: Kinds) -> dict[str, list[str]]:
    fields = fields_of(Kinds)
    return sent(settings_form.shown(settings, fields), fields)


def test_each_kind_has_its_control() -> None:
    assert {field.name: field.kind for field in fields_of(Kinds)} == KINDS


@pytest.mark.parametrize("settings", [Kinds(), FULL], ids=["defaults", "full"])
def test_a_form_that_nobody_touched_changes_nothing(settings: Kinds) -> None:
    assert saved(raw_of(settings), settings) == settings


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("fee", "1,980", 1980),
        ("rate", "7.25", 725),
        ("rate", "8%", 800),
        ("weight", "0.125", Decimal("0.125")),
        ("most", "", None),
        ("mode", "", None),
        ("on", "", None),
        ("at", "2027-01-01T08:15", dt.datetime(2027, 1, 1, 8, 15)),  # noqa: DTZ001
        ("opens", "18:00", dt.time(18, 0)),
        ("key", "new", "new"),
        ("site", "https://example.com/x", "https://example.com/x"),
    ],
)
def test_what_is_typed_becomes_its_value(name: str, text: str, value: object) -> None:
    assert getattr(saved({**raw_of(FULL), name: [text]}), name) == value


@pytest.mark.parametrize(
    ("name", "text", "at"),
    [
        ("fee", "-1", "fee"),
        ("rate", "100.01", "rate"),
        ("rate", "1.005", "rate"),
        ("weight", "heavy", "weight"),
        ("colour", "red", "colour"),
        ("site", "javascript:alert(1)", "site"),
        ("mail", "nobody", "mail"),
        ("on", "yesterday", "on"),
        ("days", "mon", "days.0"),
        ("sender.address", "nobody", "sender.address"),
        ("levels.1.label", "far too long a label", "levels.1.label"),
    ],
)
def test_a_wrong_value_is_named_where_its_control_is(name: str, text: str, at: str) -> None:
    with pytest.raises(Invalid) as refused:
        saved({**raw_of(FULL), name: [text]})
    assert list(refused.value.fields) == [at]


def test_rows_are_added_and_removed_and_keep_their_secrets() -> None:
    raw = raw_of(FULL)
    gone = saved({**raw, "levels.0.-": ["1"]})
    assert gone.levels == [FULL.levels[1]]
    more = saved({**raw, "levels.2.label": ["bronze"]})
    assert [level.label for level in more.levels] == ["gold", "silver", "bronze"]
    assert [level.token for level in more.levels] == ["t1", "t2", ""]


def test_secrets_in_rows_are_masked_and_kept_by_the_api() -> None:
    masked = settings_form.masked(FULL)
    assert (masked["key"], [row["token"] for row in masked["levels"]]) == (None, [None, None])
    assert msgspec.convert(settings_form.unmasked(FULL, masked), Kinds) == FULL


def test_no_secret_is_ever_shown() -> None:
    fields = fields_of(Kinds)
    for values in (settings_form.shown(FULL, fields), settings_form.retyped(fields, raw_of(FULL))):
        assert values["key"] == ""
        assert [row["token"] for row in values["levels"]] == ["", ""]
