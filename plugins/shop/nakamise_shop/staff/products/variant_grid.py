"""Options into variants: every combination once; what is there keeps its row."""

from __future__ import annotations

import base64
import itertools
import re
import secrets
from collections.abc import Iterator
from typing import Any

from nakamise_shop.staff.products.form import ProductForm, Rows, blank_variant, lines_of
from nakamise_shop.staff.products.schemas import VARIANTS_MAX


def combinations(form: ProductForm) -> list[list[str]]:
    """At most VARIANTS_MAX, in the order of the options' values; none without options."""
    values = [lines_of(option["values"]) for option in form.options if lines_of(option["values"])]
    if not values:
        return []
    return [list(one) for one in itertools.islice(itertools.product(*values), VARIANTS_MAX)]


def regenerated(form: ProductForm) -> Rows:
    """Rows for all combinations; stored rows that fit none stay, marked to be removed."""
    wanted = combinations(form)
    if not wanted:
        return form.variants
    known = {tuple(row["option_values"]): row for row in form.variants if row["option_values"]}
    price = next((row["price"] for row in form.variants if row["price"] != ""), "")
    skus = _free_skus(form.variants)
    rows: Rows = []
    for values in wanted:
        row = known.get(tuple(values))
        rows.append({**row, "removed": False} if row else blank_variant(values, next(skus), price))
    left = [
        row for row in form.variants if row["id"] and tuple(row["option_values"]) not in map(tuple, wanted)
    ]
    return [*rows, *({**row, "removed": True} for row in left)]


def one_more(form: ProductForm) -> Rows:
    price: Any = form.variants[-1]["price"] if form.variants else ""
    return [*form.variants, blank_variant([], next(_free_skus(form.variants)), price)]


def _free_skus(rows: Rows) -> Iterator[str]:
    """Numbers after the stem of the first row's SKU: LIP-01 → LIP-02, LIP-03, …"""
    used = {row["sku"] for row in rows}
    first = next((row["sku"] for row in rows if row["sku"]), "")
    stem = re.sub(r"[-_]?\d+$", "", first) or base64.b32encode(secrets.token_bytes(5)).decode()
    candidates = (f"{stem}-{number:02d}" for number in itertools.count(1))
    return (sku for sku in candidates if sku not in used)
