"""What stands for a kept card is made and read in one place."""

from __future__ import annotations

import uuid

import pytest

from nakamise.contracts.payment_cards import SavedMethod, is_saved, saved_id
from nakamise_payments import saved
from tests.plugins.payments.desk import Desk

CARD = SavedMethod(uuid.UUID(int=7), "payments_sandbox", "visa", "4242", 12, 2030, is_expired=False)


def test_a_token_is_read_as_it_was_made() -> None:
    assert is_saved(CARD.token)
    assert saved_id(CARD.token) == CARD.id


@pytest.mark.parametrize("token", ["", "tok_success", "pm_card_visa", str(CARD.id)])
def test_a_new_cards_token_is_none(token: str) -> None:
    assert not is_saved(token)
    assert saved_id(token) is None


def test_nonsense_behind_the_beginning_stands_for_no_card() -> None:
    """It is refused, and never sent to the provider as a new card's."""
    nonsense = CARD.token.replace(str(CARD.id), "nonsense")
    assert is_saved(nonsense)
    assert saved_id(nonsense) is None


async def test_what_is_shown_of_a_card_is_not_its_reference(desk: Desk) -> None:
    user_id = uuid.uuid4()
    await desk.execute(
        "INSERT INTO payments_saved (id, user_id, provider_id, reference, brand, last4, exp_month, exp_year)"
        " VALUES ($1, $2, 'payments_sandbox', 'ref_1', 'visa', '4242', 12, 2030)",
        *(CARD.id, user_id),
    )
    async with desk.ctx.read() as tx:
        assert await saved.all_of(tx, user_id, ["payments_sandbox"]) == [CARD]
        kept = await saved.one_of(tx, user_id, CARD.id)
    assert kept is not None
    assert (kept.token, kept.reference) == (CARD.token, "ref_1")
