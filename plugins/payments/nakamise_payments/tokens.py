"""What stands for a card: never the card's number, which belongs into the payment company's field alone."""

from __future__ import annotations

import re
from typing import Final

from nakamise.errors import FieldError, Invalid
from nakamise.web import N_

# ISO/IEC 7812: 8 to 19 digits; cards that pay have 12 or more.
_NUMBER: Final = re.compile(r"[0-9]{12,19}")


def check(token: str) -> None:
    """Raises Invalid for a card's number: it goes nowhere, is not kept and not said again."""
    if _NUMBER.fullmatch(re.sub(r"[\s-]", "", token)):
        message = N_("Please type the card number into the payment company's field. It was not used.")
        raise Invalid({"token": FieldError(message, domain="payments")})
