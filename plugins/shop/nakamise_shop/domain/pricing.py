"""The one pricing function: screen, confirmation, mail, invoice, CSV and statistics all read its quote.

The guarantees and the steps are in docs/algorithms/pricing.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from nakamise.contracts.pricing import (
    Adjustment,
    Applied,
    DraftLine,
    Phase,
    Quote,
    QuoteDraft,
    QuoteLine,
    QuoteRequest,
    Rounding,
)
from nakamise.contracts.shipping import ShippingTerms
from nakamise_shop.domain.open_amounts import OpenAmount, left_of, open_sum, share_out
from nakamise_shop.domain.proposals import Proposal, asked, checked, losers
from nakamise_shop.domain.quote import build_quote
from nakamise_shop.domain.shipping import carriage, extras_sum
from nakamise_shop.domain.tax import TaxRates, rate_on, with_tax
from nakamise_shop.domain.tax_rates import JAPAN_TAX_RATES


class ShopTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What one shop has set: its shipping terms for the destination, and how its prices and its tax are written."""

    shipping: ShippingTerms
    rounding: Rounding = Rounding.FLOOR
    prices_include_tax: bool = True


class QuoteError(ValueError):
    """A request that cannot be priced: the caller's fault, not a plugin's."""


def draft_quote(
    request: QuoteRequest, terms: Mapping[str, ShopTerms], tax_rates: TaxRates = JAPAN_TAX_RATES
) -> QuoteDraft:
    """The request with tax-included list prices: what `price_adjust` hooks are shown.

    Raises QuoteError for a bad quantity, amount or repeated line id, and for a shop without terms;
    NoTaxRate for a tax class without a rate on `request.tax_date`.
    """
    ids = [line.line_id for line in request.lines]
    if len(set(ids)) != len(ids):
        raise QuoteError("two lines share one id")
    lines = tuple(_draft_line(line, request, terms, tax_rates) for line in request.lines)
    return QuoteDraft(request=request, lines=lines)


def _draft_line(
    line: QuoteLine, request: QuoteRequest, terms: Mapping[str, ShopTerms], tax_rates: TaxRates
) -> DraftLine:
    if line.qty < 1 or line.list_amount < 0:
        raise QuoteError(f"line {line.line_id}: quantity {line.qty} at {line.list_amount} cannot be priced")
    if line.shop_id not in terms:
        raise QuoteError(f"line {line.line_id}: no terms for shop {line.shop_id!r}")
    shop = terms[line.shop_id]
    rate = rate_on(tax_rates, line.tax_class, request.tax_date)
    amount = line.list_amount
    if not shop.prices_include_tax:
        amount = with_tax(amount, rate.rate_bp, shop.rounding)
    return DraftLine(
        line_id=line.line_id,
        shop_id=line.shop_id,
        product_id=line.product_id,
        variant_id=line.variant_id,
        qty=line.qty,
        list_amount=amount,
        tax_class=line.tax_class,
        tax_rate_bp=rate.rate_bp,
        reduced=rate.reduced,
    )


def price(
    request: QuoteRequest,
    proposals: Iterable[Proposal],
    terms: Mapping[str, ShopTerms],
    *,
    tax_rates: TaxRates = JAPAN_TAX_RATES,
    minimum_charge: int = 0,
    degraded: Sequence[str] = (),
) -> Quote:
    """Price `request` under the plugins' `proposals`; `terms` is keyed by shop id.

    `minimum_charge` is the least the payment provider takes (Stripe: 50 yen): tender never leaves a smaller,
    unpayable rest. Raises ProposalError naming the plugin, ShippingError for wrong terms, else what
    `draft_quote` raises.
    """
    draft = draft_quote(request, terms, tax_rates)
    ordered = checked(proposals, draft.lines)
    engine = _Engine(draft, terms, minimum_charge)
    beaten = losers(ordered, draft.lines)
    applied: list[Applied] = []
    for position, (plugin_id, adj) in enumerate(ordered):
        if adj.phase >= Phase.SHIPPING:
            engine.charge_shipping()
        taken = 0 if position in beaten else engine.apply(plugin_id, adj)
        applied.append(Applied(plugin_id=plugin_id, adjustment=adj, taken=taken))
    engine.charge_shipping()
    rules = {shop_id: (terms[shop_id].rounding, terms[shop_id].shipping) for shop_id in engine.shop_ids}
    shipping_rate = rate_on(tax_rates, "standard", request.tax_date)
    return build_quote(request, engine.goods, engine.shipping, rules, shipping_rate, applied, degraded)


class _Engine:
    """Applies adjustments in phase order to the open amounts of one draft."""

    def __init__(self, draft: QuoteDraft, terms: Mapping[str, ShopTerms], minimum_charge: int) -> None:
        self.goods = [OpenAmount(line.shop_id, line.list_amount * line.qty, line) for line in draft.lines]
        self.shipping: list[OpenAmount] = []
        self.shop_ids = list(dict.fromkeys(line.shop_id for line in draft.lines))
        self._terms = terms
        self._minimum_charge = minimum_charge

    def charge_shipping(self) -> None:
        """Fix each shop's fee, once, on its goods after every goods discount."""
        if self.shipping:
            return
        for shop_id in self.shop_ids:
            goods = left_of([amount for amount in self.goods if amount.shop_id == shop_id])
            rule = self._terms[shop_id].shipping
            extras = extras_sum(rule)
            self.shipping.append(OpenAmount(shop_id, carriage(rule, goods) + extras, kept=extras))

    def apply(self, plugin_id: str, adj: Adjustment) -> int:
        """Take what `adj` asks, as far as there is something left; returns what was taken."""
        if adj.min_goods and left_of(self._within(self.goods, adj)) < adj.min_goods:
            return 0
        if adj.phase is Phase.UNIT:
            return self._apply_unit(plugin_id, adj)
        reach = self._within(self._base(adj), adj)
        taken = asked(adj, open_sum(reach, adj.phase))
        if adj.phase is Phase.TENDER:
            taken = self._payable_tender(taken)
        share_out(reach, plugin_id, adj, taken)
        return taken

    def _apply_unit(self, plugin_id: str, adj: Adjustment) -> int:
        (amount,) = self._within(self.goods, adj)
        qty = amount.qty
        taken = asked(adj, amount.left // qty) * qty
        amount.take(plugin_id, adj, taken)
        return taken

    def _base(self, adj: Adjustment) -> list[OpenAmount]:
        if adj.phase is Phase.TENDER or adj.whole_order:
            return self.goods + self.shipping
        return self.shipping if adj.phase is Phase.SHIPPING else self.goods

    @staticmethod
    def _within(amounts: Sequence[OpenAmount], adj: Adjustment) -> list[OpenAmount]:
        if adj.line_id is not None:
            return [a for a in amounts if a.line_id == adj.line_id]
        named = adj.line_ids
        return [
            a
            for a in amounts
            if adj.shop_id in (None, a.shop_id) and (not named or a.line is None or a.line_id in named)
        ]

    def _payable_tender(self, ask: int) -> int:
        due = left_of(self.goods) + left_of(self.shipping)
        if 0 < due - ask < self._minimum_charge:
            return max(0, due - self._minimum_charge)
        return ask
