"""What is typed into forms and cannot be: each fault says what can."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
import pytest
from msgspec import Meta

from nakamise.ui.i18n import gettext_for
from nakamise.web import Typed


class Rebate(msgspec.Struct):
    percent: Annotated[int, Meta(ge=1, le=100)] | None = None
    name: Annotated[str, Meta(max_length=3)] = ""
    kind: str = ""


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("percent", 150, "100以下で入力してください。"),
        ("percent", 0, "1以上で入力してください。"),
        ("name", "長すぎる", "3文字以内で入力してください。"),
        ("kind", 7, "この値は使えません。"),
    ],
)
def test_a_bound_that_is_missed_is_named(name: str, value: object, words: str) -> None:
    typed = Typed(ZoneInfo("Asia/Tokyo"), **{name: value})
    assert typed.build(Rebate) is None
    [(field, fault)] = typed.errors.items()
    assert (field, gettext_for("ja", "core")(fault.message, **fault.params)) == (name, words)
