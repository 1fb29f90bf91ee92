"""The test cards and what each of them does. No other number is taken, so that no real card ever is."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final

import msgspec

from nakamise.web import N_


class Behaviour(enum.StrEnum):
    """What a charge with the card's token does."""

    SUCCESS = "success"
    DECLINED = "declined"
    INSUFFICIENT = "insufficient"
    THREE_D_SECURE = "3ds"
    ANSWER_LOST = "lost"
    UNREACHABLE = "unreachable"


class TestCard(msgspec.Struct, frozen=True):
    """``label`` says what happens."""

    number: str
    behaviour: Behaviour
    label: str

    @property
    def token(self) -> str:
        return f"tok_{self.behaviour.value}"

    @property
    def grouped(self) -> str:
        """4242 4242 4242 4242."""
        return " ".join(self.number[i : i + 4] for i in range(0, len(self.number), 4))


CARDS: Final = (
    TestCard("4242424242424242", Behaviour.SUCCESS, N_("The payment succeeds")),
    TestCard("4000000000003220", Behaviour.THREE_D_SECURE, N_("The bank asks to confirm (3-D Secure)")),
    TestCard("4000000000000002", Behaviour.DECLINED, N_("The card is declined")),
    TestCard("4000000000009995", Behaviour.INSUFFICIENT, N_("Insufficient funds")),
    TestCard("4000000000000119", Behaviour.ANSWER_LOST, N_("Charged, but the answer is lost")),
    TestCard("4000000000000341", Behaviour.UNREACHABLE, N_("The provider does not answer")),
)
FAILURES: Final[Mapping[Behaviour, str]] = {
    Behaviour.DECLINED: N_("The card was declined. Please use another card."),
    Behaviour.INSUFFICIENT: N_("The card has insufficient funds. Please use another card."),
}
UNKNOWN_TOKEN: Final = N_("This card cannot be used. Please enter it again.")
HOLD_ENDED: Final = N_("The amount is not reserved any more.")
AUTHENTICATION_FAILED: Final = N_("The bank could not confirm that it is you. Please try again.")

_BY_NUMBER: Final = {card.number: card for card in CARDS}
_BY_TOKEN: Final = {card.token: card for card in CARDS}


def card_of_number(number: str) -> TestCard | None:
    return _BY_NUMBER.get("".join(number.split()).replace("-", ""))


def by_token(token: str) -> TestCard | None:
    return _BY_TOKEN.get(token)


def behaviour_of(token: str) -> Behaviour | None:
    card = _BY_TOKEN.get(token)
    return card.behaviour if card else None
