"""Plugins' proposals: checked, ordered, and thinned out where they exclude each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nakamise.contracts.pricing import Adjustment, DraftLine, Phase
from nakamise_shop.domain.tax import BASIS_POINTS

Proposal = tuple[str, Adjustment]  # (plugin id, what it proposes)


class ProposalError(ValueError):
    """A plugin proposed something that the contract forbids; names the plugin, so that its author is found."""

    def __init__(self, plugin_id: str, code: str, reason: str) -> None:
        super().__init__(f"plugin {plugin_id}: adjustment {code!r} {reason}")
        self.plugin_id = plugin_id
        self.code = code


def sort_key(proposal: Proposal) -> tuple[object, ...]:
    """(phase, code, plugin), then everything else that differs: the order of arrival never shows in a price."""
    plugin_id, adj = proposal
    reach = (adj.line_id or "", adj.line_ids, adj.shop_id or "", adj.whole_order, adj.exclusive_group or "")
    size = (adj.amount, adj.rate_bp, adj.cap is None, adj.cap or 0, adj.min_goods)
    return (adj.phase, adj.code, plugin_id, *reach, *size, adj.label)


def checked(proposals: Iterable[Proposal], lines: Sequence[DraftLine]) -> list[Proposal]:
    """The proposals in the order in which they apply. Raises ProposalError for the first that breaks a rule."""
    shop_of_line = {line.line_id: line.shop_id for line in lines}
    ordered = sorted(proposals, key=sort_key)
    for plugin_id, adj in ordered:
        reason = _size_fault(adj) or _reach_fault(adj, shop_of_line)
        if reason:
            raise ProposalError(plugin_id, adj.code, reason)
    return ordered


def _size_fault(adj: Adjustment) -> str | None:
    if adj.amount > 0:
        return "raises a price"
    if not 0 <= adj.rate_bp <= BASIS_POINTS:
        return "has a rate outside 0 to 100 %"
    if adj.amount and adj.rate_bp:
        return "has both an amount and a rate"
    if adj.cap is not None and adj.cap < 0:
        return "has a negative cap"
    return None


def _reach_fault(adj: Adjustment, shop_of_line: dict[str, str]) -> str | None:
    needs_line = adj.phase in (Phase.UNIT, Phase.LINE)
    if needs_line != (adj.line_id is not None):
        return f"{'needs' if needs_line else 'cannot have'} a line in phase {adj.phase.name}"
    if adj.line_id is not None and adj.line_id not in shop_of_line:
        return f"names the unknown line {adj.line_id!r}"
    if adj.shop_id is not None and adj.shop_id not in shop_of_line.values():
        return f"names the unknown shop {adj.shop_id!r}"
    if adj.line_id is not None and adj.shop_id not in (None, shop_of_line[adj.line_id]):
        return "names a line of another shop"
    if adj.whole_order and adj.phase is not Phase.SHIPPING:
        return "can cover the whole order only in phase SHIPPING"
    return _lines_fault(adj, shop_of_line)


def _lines_fault(adj: Adjustment, shop_of_line: dict[str, str]) -> str | None:
    if adj.line_ids and (adj.phase not in (Phase.CART, Phase.SHIPPING) or adj.whole_order):
        return "can name lines only in phases CART and SHIPPING"
    if unknown := set(adj.line_ids) - shop_of_line.keys():
        return f"names the unknown lines {sorted(unknown)}"
    return None


def losers(ordered: Sequence[Proposal], lines: Sequence[DraftLine]) -> set[int]:
    """Positions in `ordered` that give way to a better proposal of their group with an overlapping reach.

    Better is what takes more off at list prices; a tie goes to the earlier in order.
    """
    ranked = sorted(
        (i for i, (_, adj) in enumerate(ordered) if adj.exclusive_group is not None),
        key=lambda i: (-_worth(ordered[i][1], lines), i),
    )
    taken: dict[str, set[str]] = {}
    beaten: set[int] = set()
    for i in ranked:
        adj = ordered[i][1]
        reach = {line.line_id for line in _reached(adj, lines)}
        occupied = taken.setdefault(adj.exclusive_group or "", set())
        if occupied & reach:
            beaten.add(i)
        else:
            occupied |= reach
    return beaten


def _reached(adj: Adjustment, lines: Sequence[DraftLine]) -> list[DraftLine]:
    if adj.line_id is not None:
        return [line for line in lines if line.line_id == adj.line_id]
    named = adj.line_ids if adj.phase is Phase.CART else ()
    return [
        line for line in lines if adj.shop_id in (None, line.shop_id) and (not named or line.line_id in named)
    ]


def _worth(adj: Adjustment, lines: Sequence[DraftLine]) -> int:
    reached = _reached(adj, lines)
    if adj.phase is Phase.UNIT:
        return sum(asked(adj, line.list_amount) * line.qty for line in reached)
    return asked(adj, sum(line.list_amount * line.qty for line in reached))


def asked(adj: Adjustment, left: int) -> int:
    """What `adj` takes off `left` yen: never more than is there, a share rounded down."""
    ask = -adj.amount
    if adj.rate_bp:
        ask = left * adj.rate_bp // BASIS_POINTS
        if adj.cap is not None:
            ask = min(ask, adj.cap)
    return min(ask, left)
