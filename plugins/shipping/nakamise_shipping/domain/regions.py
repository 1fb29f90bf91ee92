"""Ready-made zones. The cut follows the regions of Yamato's table of fees."""

from __future__ import annotations

from typing import Final

from nakamise.japan import Prefecture
from nakamise.web import N_
from nakamise_shipping.domain.config import Zone

P = Prefecture
# (msgid of the name, prefectures, days from central Honshu)
_REGIONS: Final = (
    (N_("Hokkaido"), (P.HOKKAIDO,), 2),
    (N_("Northern Tohoku"), (P.AOMORI, P.AKITA, P.IWATE), 1),
    (N_("Southern Tohoku"), (P.MIYAGI, P.YAMAGATA, P.FUKUSHIMA), 1),
    (
        N_("Kanto"),
        (P.IBARAKI, P.TOCHIGI, P.GUNMA, P.SAITAMA, P.CHIBA, P.TOKYO, P.KANAGAWA, P.YAMANASHI),
        1,
    ),
    (N_("Shin'etsu"), (P.NIIGATA, P.NAGANO), 1),
    (N_("Hokuriku"), (P.TOYAMA, P.ISHIKAWA, P.FUKUI), 1),
    (N_("Chubu"), (P.SHIZUOKA, P.AICHI, P.MIE, P.GIFU), 1),
    (N_("Kansai"), (P.OSAKA, P.KYOTO, P.SHIGA, P.NARA, P.WAKAYAMA, P.HYOGO), 1),
    (N_("Chugoku"), (P.OKAYAMA, P.HIROSHIMA, P.YAMAGUCHI, P.TOTTORI, P.SHIMANE), 1),
    (N_("Shikoku"), (P.KAGAWA, P.TOKUSHIMA, P.EHIME, P.KOCHI), 1),
    (
        N_("Kyushu"),
        (P.FUKUOKA, P.SAGA, P.NAGASAKI, P.KUMAMOTO, P.OITA, P.MIYAZAKI, P.KAGOSHIMA),
        2,
    ),
    (N_("Okinawa"), (P.OKINAWA,), 3),
)
NAMES: Final = tuple(name for name, _, _ in _REGIONS)


def regions(names: dict[str, str], fees: tuple[int, ...]) -> tuple[Zone, ...]:
    """Twelve zones that cover Japan; ``names`` are the words for ``NAMES``."""
    return tuple(
        Zone(name=names[name], prefectures=tuple(one.value for one in found), fees=fees, days=days)
        for name, found, days in _REGIONS
    )


def whole_country(name: str, fees: tuple[int, ...]) -> tuple[Zone, ...]:
    return (Zone(name=name, prefectures=tuple(one.value for one in Prefecture), fees=fees),)
