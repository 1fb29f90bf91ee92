"""Carriers' files column by column, and what is said about slips before they are written."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nakamise_shipping.carriers.files import written
from nakamise_shipping.carriers.layout import layout
from nakamise_shipping.carriers.slip import Checked, Party, Slip, checked, phone_of
from nakamise_shipping.carriers.text import fitted, width, wrapped
from nakamise_shipping.domain.config import Temperature
from nakamise_shipping.slips.parcels import reference
from tests.plugins.shipping.depot import SENDER

GOLDEN = Path(__file__).parent / "golden"
HANAKO = Party(
    name="山田 花子",
    phone="09012345678",
    postal_code="1040061",
    place="東京都中央区銀座9-99-9",
    building="銀座ハイツ101",
)
JIRO = Party(
    name="髙橋 次郎",
    phone="0312345678",
    postal_code="6008001",
    place="京都府京都市下京区四条通柳馬場東入立売東町二丁目千百三十五番地の二十二 四条烏丸",
    building="〜壱番館〜 ３０１号室",
)


def slips(layout_id: str) -> list[Checked]:
    hours = {"yamato_b2": "1820", "sagawa_e3": "18"}[layout_id]
    day = dt.date(2026, 11, 25)
    both = (
        Slip(ref="LC-20261122-0001", to=HANAKO, sender=SENDER, ship_day=dt.date(2026, 11, 23), day=day, hours=hours, contents="化粧品", gift="包装紙 のし:内祝 山田"),
        Slip(ref="LC-20261122-0002", to=JIRO, sender=SENDER, ship_day=dt.date(2026, 11, 23), temperature=Temperature.COOL, contents="和菓子, 上生"),
    )  # fmt: skip
    return [checked(one, layout(layout_id)) for one in both]


# Column number (from 1), its head, and its value in the first and the second slip.
YAMATO = (
    (1, "お客様管理番号", "LC-20261122-0001", "LC-20261122-0002"),
    (2, "送り状種類", "0", "0"),
    (3, "クール区分", "0", "2"),
    (4, "伝票番号", "", ""),
    (5, "出荷予定日", "2026/11/23", "2026/11/23"),
    (6, "お届け予定日", "2026/11/25", ""),
    (7, "配達時間帯", "1820", ""),
    (9, "お届け先電話番号", "090-1234-5678", "03-1234-5678"),
    (11, "お届け先郵便番号", "104-0061", "600-8001"),
    (12, "お届け先住所", "東京都中央区銀座9-99-9", "京都府京都市下京区四条通柳馬場東入立売東町"),
    (13, "お届け先アパートマンション名", "銀座ハイツ101", "二丁目千百三十五番地の二十二"),
    (14, "お届け先会社・部門１", "", "四条烏丸 ～壱番館～ ３０１号室"),
    (16, "お届け先名", "山田 花子", "高橋 次郎"),
    (18, "敬称", "様", "様"),
    (20, "ご依頼主電話番号", "03-1234-5678", "03-1234-5678"),
    (22, "ご依頼主郵便番号", "104-0061", "104-0061"),
    (23, "ご依頼主住所", "東京都中央区銀座1-2-3", "東京都中央区銀座1-2-3"),
    (24, "ご依頼主アパートマンション", "たたらビル5F", "たたらビル5F"),
    (25, "ご依頼主名", "株式会社たたら", "株式会社たたら"),
    (28, "品名１", "化粧品", "和菓子、 上生"),
    (33, "記事", "包装紙 のし:内祝 山田", ""),
    (38, "発行枚数", "1", "1"),
    (39, "個数口表示フラグ", "1", "1"),
    (40, "請求先顧客コード", "0312345678", "0312345678"),
    (42, "運賃管理番号", "01", "01"),
    (56, "予備", "", ""),
    (66, "収納代行問合せ先名（漢字）", "", ""),
    (74, "複数口くくりキー", "", ""),
    (75, "検索キータイトル１", "", ""),
    (84, "検索キー５", "", ""),
    (95, "投函完了メール（ご依頼主宛）メールメッセージ", "", ""),
)
SAGAWA = (
    (1, "お届け先コード取得区分", "", ""),
    (3, "お届け先電話番号", "090-1234-5678", "03-1234-5678"),
    (4, "お届け先郵便番号", "104-0061", "600-8001"),
    (5, "お届け先住所１", "東京都中央区銀座9-99-9", "京都府京都市下京区"),
    (6, "お届け先住所２", "銀座ハイツ101", "四条通柳馬場東入立売東町"),
    (7, "お届け先住所３", "", "二丁目千百三十五番地の"),
    (8, "お届け先名称１", "山田 花子", "髙橋 次郎"),
    (10, "お客様管理番号", "LC-20261122-0001", "LC-20261122-0002"),
    (11, "お客様コード", "0312345678", "0312345678"),
    (18, "ご依頼主電話番号", "03-1234-5678", "03-1234-5678"),
    (20, "ご依頼主住所１", "東京都中央区銀座1-2-3", "東京都中央区銀座1-2-3"),
    (22, "ご依頼主名称１", "株式会社たたら", "株式会社たたら"),
    (24, "荷姿", "001", "001"),
    (25, "品名１", "化粧品", "和菓子、 上生"),
    (26, "品名２", "包装紙 のし:内祝 山田", ""),
    (42, "出荷個数", "1", "1"),
    (43, "スピード指定", "000", "000"),
    (44, "クール便指定", "001", "002"),
    (45, "配達日", "2026/11/25", ""),
    (46, "配達指定時間帯", "18", ""),
    (58, "元着区分", "1", "1"),
    (61, "出荷日", "2026/11/23", "2026/11/23"),
    (62, "お問い合せ送り状No.", "", ""),
    (74, "編集１０", "", ""),
)


@pytest.mark.req("CL-24")
def test_yamato_b2_column_by_column() -> None:
    made = slips("yamato_b2")
    data = written(layout("yamato_b2"), made)
    assert data == (GOLDEN / "yamato_b2.csv").read_bytes()
    rows = list(csv.reader(io.StringIO(data.decode("cp932"), newline="")))
    assert data.count(b"\r\n") == data.count(b"\n") == len(rows) == 3
    assert {len(row) for row in rows} == {95}
    for number, name, *values in YAMATO:
        assert [row[number - 1] for row in rows] == [name, *values]
    filled = {number for number, *_ in YAMATO}
    assert not [n for n in range(1, 96) if n not in filled and (rows[1][n - 1] or rows[2][n - 1])]
    # What was changed is said.
    said = [(one.kind, one.before, one.now) for one in made[1].remarks]
    assert ("swapped", "髙", "高") in said
    assert ("swapped", "〜", "～") in said
    assert "split" in [kind for kind, *_ in said]
    assert made[0].remarks == ()


@pytest.mark.req("CL-24")
def test_sagawa_e_hiden_column_by_column_and_what_does_not_fit() -> None:
    first, second = slips("sagawa_e3")
    # Three fields of sixteen are too short for this address: refused, never cut.
    assert [(one.level.value, one.kind) for one in second.remarks if one.level.value == "fault"] == [
        ("fault", "too_long")
    ]
    with pytest.raises(ValueError, match="cannot be one file"):
        written(layout("sagawa_e3"), [first, second])
    short = Slip(
        ref="LC-20261122-0002",
        to=Party(
            name="髙橋 次郎",
            phone="0312345678",
            postal_code="6008001",
            place="京都府京都市下京区四条通柳馬場東入立売東町二丁目千百三十五番地の",
        ),
        sender=SENDER,
        ship_day=dt.date(2026, 11, 23),
        temperature=Temperature.COOL,
        contents="和菓子, 上生",
    )
    data = written(layout("sagawa_e3"), [first, checked(short, layout("sagawa_e3"))])
    assert data == (GOLDEN / "sagawa_e3.csv").read_bytes()
    rows = list(csv.reader(io.StringIO(data.decode("cp932"), newline="")))
    assert {len(row) for row in rows} == {74}
    for number, name, *values in SAGAWA:
        assert [row[number - 1] for row in rows] == [name, *values]


@pytest.mark.req("CL-24")
def test_missing_and_unknown_things_are_faults() -> None:
    nobody = Party(name="😀", phone="123", postal_code="1", place="東京都港区")
    slip = Slip(ref="x" * 60, to=nobody, sender=SENDER, ship_day=dt.date(2026, 1, 1), contents="a")
    found = checked(slip, layout("yamato_b2"))
    faults = {(one.kind, one.column) for one in found.remarks}
    assert faults == {
        ("unknown", "お届け先名"),
        ("missing", "お届け先電話番号"),
        ("missing", "お届け先郵便番号"),
        ("too_long", "お客様管理番号"),
    }
    assert not found.is_fine


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("0312345678", "03-1234-5678"),
        ("08012345678", "080-1234-5678"),
        ("0120123456", "0120-123-456"),
        ("0451234567", "045-123-4567"),
        ("0467-12-3456", "0467-12-3456"),
        ("12345", ""),
    ],
)
def test_phones_have_hyphens(typed: str, shown: str) -> None:
    assert phone_of(typed) == shown


@given(st.text(max_size=60))
@settings(max_examples=60)
def test_a_text_is_written_whole_or_reported(text: str) -> None:
    for kanji in ("jis_x_0208", "cp932"):
        fit = fitted(text, kanji)
        if not fit.unknown:
            assert fit.text.encode("cp932").decode("cp932") == fit.text
        lines = wrapped(fit.text, [32, 32])
        if lines is not None:
            assert all(width(line) <= 32 for line in lines)
            assert "".join("".join(lines).split()) == "".join(fit.text.split())


@pytest.mark.req("CL-18")
@pytest.mark.parametrize(
    ("travel_days", "day", "arrives"),
    [(0, 22, "2026-11-23"), (3, 25, "2026-11-26"), (2, 25, ""), (3, None, "")],
)
def test_a_wished_day_that_is_too_early_is_said(travel_days: int, day: int | None, arrives: str) -> None:
    """The slip is written, and staff are told before: the day of shipping is theirs to choose."""
    slip = Slip(
        ref="LC-1",
        to=HANAKO,
        sender=SENDER,
        ship_day=dt.date(2026, 11, 23),
        travel_days=travel_days,
        day=dt.date(2026, 11, day) if day else None,
        contents="化粧品",
    )
    found = checked(slip, layout("yamato_b2"))
    assert found.is_fine
    assert [(one.level.value, one.kind, one.column, one.now) for one in found.remarks] == (
        [("warning", "late", "お届け予定日", arrives)] if arrives else []
    )


def test_references_fit_the_carrier() -> None:
    assert reference("LC-20261122-0001", 1, 16) == "LC-20261122-0001"
    assert reference("LC-20261122-0001", 2, 50) == "LC-20261122-0001-2"
    assert reference("LC-20261122-0001", 2, 16) == "LC202611220001-2"
    assert reference("TATARA-20261122-0001", 1, 16) == "TATARA2611220001"


@pytest.mark.req("CL-18")
@pytest.mark.parametrize(
    ("layout_id", "hours", "is_known"),
    [
        ("yamato_b2", "1820", True),
        ("yamato_b2", "", True),
        ("yamato_b2", "14", False),  # Sagawa's
        ("yamato_b2", "1214", False),  # gone since 2017
        ("sagawa_e3", "14", True),
        ("sagawa_e3", "1416", False),
    ],
)
def test_hours_of_another_carrier_are_a_fault(layout_id: str, hours: str, is_known: bool) -> None:
    """An order that is older than the shop's change of carriers."""
    slip = Slip(
        ref="LC-1", to=HANAKO, sender=SENDER, ship_day=dt.date(2026, 11, 23), hours=hours, contents="化粧品"
    )
    found = checked(slip, layout(layout_id))
    said = [(one.level.value, one.kind, one.before) for one in found.remarks]
    assert said == ([] if is_known else [("fault", "unknown_hours", hours)])
    assert found.is_fine is is_known


def test_other_shapes_of_a_kanji_are_written_as_the_usual_one() -> None:
    assert fitted("森鷗外", "jis_x_0208").text == "森鴎外"
    assert fitted("森鷗外", "cp932").text == "森鴎外"
