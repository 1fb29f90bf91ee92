"""Catalogs: look-ups, formats, and no message without its Japanese."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nakamise
from nakamise.ui import formats
from nakamise.ui.catalog import missing_translations, update
from nakamise.ui.i18n import gettext_for, ngettext_for, register

CORE_DIR = Path(nakamise.__file__).parent
REPOSITORY = CORE_DIR.parents[1]
PACKAGES = [CORE_DIR, *sorted(REPOSITORY.glob("plugins/*/nakamise_*"))]


@pytest.mark.parametrize("package_dir", PACKAGES, ids=lambda path: path.name)
def test_every_message_has_its_japanese(package_dir: Path) -> None:
    assert missing_translations(package_dir) == []


def test_a_missing_and_a_wrong_translation_are_found(package: Path) -> None:
    assert missing_translations(package) == []
    (package / "service.py").write_text('gettext("Only here %(n)s")\n', encoding="utf-8")
    assert missing_translations(package) == ["not translated: 'Only here %(n)s'"]
    catalog = package / "locales" / "ja.po"
    catalog.write_text(
        catalog.read_text(encoding="utf-8") + '\nmsgid "Only here %(n)s"\nmsgstr "ここだけ %(m)s"\n',
        encoding="utf-8",
    )
    assert [line.split(":")[0] for line in missing_translations(package)] == ["placeholders differ"]


def test_update_adds_the_new_and_keeps_the_done(package: Path) -> None:
    (package / "service.py").write_text('gettext("Fresh")\n', encoding="utf-8")
    assert update(package) == ["not translated: 'Fresh'"]
    text = (package / "locales" / "ja.po").read_text(encoding="utf-8")
    assert 'msgid "Fresh"\nmsgstr ""' in text
    assert 'msgid "Buy"\nmsgstr "買う"' in text
    assert update(package) == ["not translated: 'Fresh'"]
    assert (package / "locales" / "ja.po").read_text(encoding="utf-8") == text


def test_a_package_falls_back_to_the_core_and_then_to_english(package: Path) -> None:
    register("demo", package / "locales")
    _ = gettext_for("ja", "demo")
    assert _("Buy") == "買う"
    assert _("Cancel") == "キャンセル"
    assert _("Unheard of") == "Unheard of"
    assert _("Hello %(name)s", name="美咲") == "美咲さん、こんにちは"
    assert gettext_for("en", "demo")("Buy") == "Buy"


@pytest.mark.parametrize(
    ("locale", "count", "text"), [("en", 1, "1 item"), ("en", 3, "3 items"), ("ja", 1, "1個")]
)
def test_plurals(package: Path, locale: str, count: int, text: str) -> None:
    register("demo", package / "locales")
    assert ngettext_for(locale, "demo")("%(num)s item", "%(num)s items", count) == text


@pytest.mark.req("DF-02")
@given(st.integers(-(10**12), 10**12))
def test_yen_is_grouped_and_has_the_narrow_sign(amount: int) -> None:
    text = formats.yen(amount)
    assert text.lstrip("-").startswith("¥")
    assert int(text.replace("¥", "").replace(",", "")) == amount


@pytest.mark.parametrize("amount", [5456.0, True, "5456"])
def test_yen_refuses_what_is_no_integer(amount: object) -> None:
    with pytest.raises(TypeError):
        formats.yen(amount)  # type: ignore[arg-type]


@pytest.mark.req("DF-01", "DF-24")
def test_times_are_shown_to_the_minute_in_the_tenants_zone() -> None:
    moment = datetime(2026, 6, 11, 15, 4, 59, tzinfo=UTC)
    assert formats.minute(moment, "ja", "Asia/Tokyo") == "2026/6/12 00:04"
    assert formats.minute(moment, "en", "America/New_York") == "Jun 11, 2026 11:04"
    assert formats.short_date(date(2026, 6, 12), "ja", "Asia/Tokyo") == "2026/6/12"
    assert formats.month_day(moment, "ja", "Asia/Tokyo") == "6/12"
    with pytest.raises(ValueError, match="time zone"):
        formats.minute(datetime(2026, 6, 12), "ja", "Asia/Tokyo")  # noqa: DTZ001 - the naive one is the point


def test_relative_times_and_numbers() -> None:
    now = datetime(2026, 6, 12, tzinfo=UTC)
    assert formats.ago(now - timedelta(hours=3), "ja", now) == "3時間前"
    assert formats.ago(now - timedelta(hours=3), "en", now) == "3 hours ago"
    assert formats.number(1234567, "ja") == "1,234,567"
    assert formats.compact(12483, "ja") == "1.2万"


def test_headings_break_between_phrases() -> None:
    text = formats.phrases("あなたに寄り添う最先端のテクノロジー。")
    assert text == ('<span class="n-phrases">あなたに<wbr>寄り添う<wbr>最先端の<wbr>テクノロジー。</span>')
    assert formats.phrases("<b>のある</b>").count("&lt;") == 2
    assert formats.phrases("Plain <text>") == "Plain &lt;text&gt;"
