"""The 47 prefectures with their JIS X 0401 codes."""

from __future__ import annotations

import enum

_NAMES = [
    "北海道",
    "青森県",
    "岩手県",
    "宮城県",
    "秋田県",
    "山形県",
    "福島県",
    "茨城県",
    "栃木県",
    "群馬県",
    "埼玉県",
    "千葉県",
    "東京都",
    "神奈川県",
    "新潟県",
    "富山県",
    "石川県",
    "福井県",
    "山梨県",
    "長野県",
    "岐阜県",
    "静岡県",
    "愛知県",
    "三重県",
    "滋賀県",
    "京都府",
    "大阪府",
    "兵庫県",
    "奈良県",
    "和歌山県",
    "鳥取県",
    "島根県",
    "岡山県",
    "広島県",
    "山口県",
    "徳島県",
    "香川県",
    "愛媛県",
    "高知県",
    "福岡県",
    "佐賀県",
    "長崎県",
    "熊本県",
    "大分県",
    "宮崎県",
    "鹿児島県",
    "沖縄県",
]


class Prefecture(enum.StrEnum):
    """Value = JIS code; `ja` = the name on a Japanese address, `en` = in Latin letters."""

    HOKKAIDO = "01"
    AOMORI = "02"
    IWATE = "03"
    MIYAGI = "04"
    AKITA = "05"
    YAMAGATA = "06"
    FUKUSHIMA = "07"
    IBARAKI = "08"
    TOCHIGI = "09"
    GUNMA = "10"
    SAITAMA = "11"
    CHIBA = "12"
    TOKYO = "13"
    KANAGAWA = "14"
    NIIGATA = "15"
    TOYAMA = "16"
    ISHIKAWA = "17"
    FUKUI = "18"
    YAMANASHI = "19"
    NAGANO = "20"
    GIFU = "21"
    SHIZUOKA = "22"
    AICHI = "23"
    MIE = "24"
    SHIGA = "25"
    KYOTO = "26"
    OSAKA = "27"
    HYOGO = "28"
    NARA = "29"
    WAKAYAMA = "30"
    TOTTORI = "31"
    SHIMANE = "32"
    OKAYAMA = "33"
    HIROSHIMA = "34"
    YAMAGUCHI = "35"
    TOKUSHIMA = "36"
    KAGAWA = "37"
    EHIME = "38"
    KOCHI = "39"
    FUKUOKA = "40"
    SAGA = "41"
    NAGASAKI = "42"
    KUMAMOTO = "43"
    OITA = "44"
    MIYAZAKI = "45"
    KAGOSHIMA = "46"
    OKINAWA = "47"

    @property
    def ja(self) -> str:
        return _NAMES[int(self) - 1]

    @property
    def en(self) -> str:
        return self.name.title()

    @classmethod
    def from_ja(cls, name: str) -> Prefecture:
        """Raises ValueError for anything but the full name with 都, 道, 府 or 県."""
        return cls(f"{_NAMES.index(name) + 1:02d}")
