"""What staff type about the size and weight of packed pieces."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Mapping
from typing import Any

import msgspec

from nakamise.errors import FieldError, Invalid
from nakamise.web import N_
from nakamise_shipping.domain.config import DOMAIN
from nakamise_shipping.domain.sizes import Centimetres, Grams, Measure


class _Typed(msgspec.Struct):
    cm: Centimetres | None = None
    grams: Grams | None = None


def read_measures(raw: Mapping[str, str]) -> dict[uuid.UUID, Measure]:
    """By variant. Raises Invalid for what is no number of centimetres (1 to 400) or grams (1 to 100,000)."""
    found: dict[uuid.UUID, dict[str, Any]] = {}
    for name, value in raw.items():
        field, _, variant = name.partition(".")
        if field in ("cm", "grams") and variant:
            typed = unicodedata.normalize("NFKC", value).replace(",", "").strip()
            found.setdefault(_id(variant), {})[field] = typed or None
    return {variant_id: _measure(typed) for variant_id, typed in found.items()}


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise _refused() from None


def _measure(typed: Mapping[str, Any]) -> Measure:
    try:
        one = msgspec.convert(typed, _Typed, strict=False)
    except msgspec.ValidationError:
        raise _refused() from None
    return Measure(one.cm, one.grams)


def _refused() -> Invalid:
    said = N_("Sizes are 1 to 400 cm, weights 1 to 100,000 g, in whole numbers. Nothing was changed.")
    return Invalid({"measures": FieldError(said, domain=DOMAIN)})
