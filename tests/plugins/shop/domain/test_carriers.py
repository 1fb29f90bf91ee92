"""Tracking numbers of the carriers."""

from __future__ import annotations

import pytest

from nakamise_shop.domain.carriers import Carrier, InvalidTrackingNumber, parse_tracking_number, tracking_url

YAMATO = Carrier.YAMATO
SAGAWA = Carrier.SAGAWA
POST = Carrier.JAPAN_POST
OTHER = Carrier.OTHER


@pytest.mark.req("LC-8.6.3")
@pytest.mark.parametrize(
    ("carrier", "text", "number"),
    [
        (YAMATO, "4907-1495-5706", "490714955706"),
        (YAMATO, "４９０７－１４９５－５７０６", "490714955706"),
        (YAMATO, " 4907 1495 5706 ", "490714955706"),
        (SAGAWA, "1234-5678-9012", "123456789012"),
        (SAGAWA, "1234567890", "1234567890"),
        (POST, "12345678901", "12345678901"),
        (POST, "1234-5678-9012", "123456789012"),
        (POST, "ee473124829jp", "EE473124829JP"),
        (OTHER, "SEINO-0012", "SEINO0012"),
    ],
)
def test_numbers_are_accepted_and_normalised(carrier: Carrier, text: str, number: str) -> None:
    assert parse_tracking_number(carrier, text) == number


@pytest.mark.req("LC-8.6.3")
@pytest.mark.parametrize(
    ("carrier", "text"),
    [
        (YAMATO, "490714955707"),  # check digit
        (YAMATO, "490714955760"),  # two digits swapped
        (YAMATO, "49071495570"),
        (SAGAWA, "12345678901"),
        (SAGAWA, "12345678901A"),
        (POST, "1234567890"),
        (POST, "EE473124828JP"),  # check digit
        (POST, "１２３四567890"),
        (OTHER, "abc"),
        (OTHER, "追跡番号1234"),
        (OTHER, "1234/../5678"),
        (OTHER, ""),
    ],
)
def test_other_numbers_are_refused(carrier: Carrier, text: str) -> None:
    with pytest.raises(InvalidTrackingNumber) as caught:
        parse_tracking_number(carrier, text)
    assert caught.value.carrier is carrier


@pytest.mark.req("LC-5.2.8")
def test_each_known_carrier_has_its_own_tracking_page() -> None:
    pages = {carrier: tracking_url(carrier, "490714955706") for carrier in (YAMATO, SAGAWA, POST)}
    assert len(set(pages.values())) == 3
    for page in pages.values():
        assert page is not None
        assert page.startswith("https://")
        assert "490714955706" in page
    assert tracking_url(OTHER, "490714955706") is None


def test_a_number_cannot_break_out_of_the_address() -> None:
    page = tracking_url(SAGAWA, "1&x=<2>")
    assert page is not None
    assert page.endswith("okurijoNo=1%26x%3D%3C2%3E")
