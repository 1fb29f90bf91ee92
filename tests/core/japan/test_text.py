"""Japanese input as people type it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nakamise.japan import (
    InvalidText,
    fold,
    format_postal_code,
    parse_kana_name,
    parse_phone,
    parse_postal_code,
)
from nakamise.japan.prefectures import Prefecture


@pytest.mark.req("LC-6.3.1")
@pytest.mark.parametrize(
    "text",
    [
        "1000001",
        "100-0001",
        "〒100-0001",
        "１００－０００１",
        "100ー0001",
        "100‐0001",
        "100−0001",
        " 100 0001 ",
    ],
)
def test_postal_codes(text: str) -> None:
    assert parse_postal_code(text) == "1000001"
    assert format_postal_code(parse_postal_code(text)) == "〒100-0001"


@pytest.mark.parametrize("text", ["", "100-000", "100-00011", "abc-defg", "1OO-0001", "٠١٢٣٤٥٦"])
def test_other_postal_codes_are_refused(text: str) -> None:
    with pytest.raises(InvalidText) as caught:
        parse_postal_code(text)
    assert caught.value.code == "postal_code"


@pytest.mark.req("LC-6.3.1")
@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("03-1234-5678", "0312345678"),
        ("090-1234-5678", "09012345678"),
        ("０９０－１２３４－５６７８", "09012345678"),
        ("060-1234-5678", "06012345678"),
        ("0120-123-456", "0120123456"),
        ("0570-012-345", "0570012345"),
        ("+81 90-1234-5678", "09012345678"),
        ("+81 (0)3 1234 5678", "0312345678"),
        ("(03)1234-5678", "0312345678"),
    ],
)
def test_phone_numbers(text: str, digits: str) -> None:
    assert parse_phone(text) == digits


@pytest.mark.parametrize(
    "text", ["", "1234567890", "090-1234-56", "090-1234-56789", "+1 212 555 0100", "03-CALL-NOW"]
)
def test_other_phone_numbers_are_refused(text: str) -> None:
    with pytest.raises(InvalidText, match="phone"):
        parse_phone(text)


@pytest.mark.req("LC-6.3.1")
@pytest.mark.parametrize(
    ("text", "kana"),
    [
        ("ヤマダ ハナコ", "ヤマダ ハナコ"),
        ("やまだ　はなこ", "ヤマダ ハナコ"),
        ("ﾔﾏﾀﾞ  ﾊﾅｺ", "ヤマダ ハナコ"),
        ("ヴァイオレット", "ヴァイオレット"),
        ("ゔぁいおれっと", "ヴァイオレット"),
        ("おーの", "オーノ"),
    ],
)
def test_kana_names(text: str, kana: str) -> None:
    assert parse_kana_name(text) == kana


@pytest.mark.parametrize("text", ["", " ", "山田 花子", "Yamada", "ヤマダ1", "ヤマダ・ハナコ", "ヤマダ<b>"])
def test_other_kana_names_are_refused(text: str) -> None:
    with pytest.raises(InvalidText, match="kana"):
        parse_kana_name(text)


@pytest.mark.req("LC-3.1.2")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ナイトリペア", "ないとりぺあ"),
        ("ナイトリペア", "ﾅｲﾄﾘﾍﾟｱ"),
        ("ＢＢクリーム", "bbくりーむ"),
        ("Night　Repair", "NIGHT repair "),
        ("１００ｍｌ", "100ML"),
        ("㌔", "キロ"),
        ("が", "か\u3099"),
    ],
)
def test_variants_fold_to_the_same_text(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"), [("ハ", "バ"), ("ハ", "パ"), ("つ", "っ"), ("シャンプー", "シャンプ")]
)
def test_different_sounds_stay_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.req("LC-6.3.1")
def test_prefectures_are_the_47_of_jis() -> None:
    assert [prefecture.value for prefecture in Prefecture] == [f"{code:02d}" for code in range(1, 48)]
    assert len({prefecture.ja for prefecture in Prefecture}) == 47
    endings = [prefecture.ja[-1] for prefecture in Prefecture]
    assert {ending: endings.count(ending) for ending in endings} == {"道": 1, "県": 43, "都": 1, "府": 2}
    four_letters = {prefecture.ja for prefecture in Prefecture if len(prefecture.ja) == 4}
    assert four_letters == {"神奈川県", "和歌山県", "鹿児島県"}


@pytest.mark.parametrize(
    ("code", "ja", "en"),
    [
        ("01", "北海道", "Hokkaido"),
        ("13", "東京都", "Tokyo"),
        ("26", "京都府", "Kyoto"),
        ("47", "沖縄県", "Okinawa"),
    ],
)
def test_prefecture_names(code: str, ja: str, en: str) -> None:
    prefecture = Prefecture(code)
    assert (prefecture.ja, prefecture.en) == (ja, en)
    assert Prefecture.from_ja(ja) is prefecture
    assert Prefecture[en.upper()] is prefecture
    with pytest.raises(ValueError, match="no prefecture"):
        Prefecture.from_ja(ja[:-1])
