"""Working state of one quote: what is still left to pay of each line and each shipping fee."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from nakamise.contracts.pricing import Adjustment, DraftLine, Part, Phase
from nakamise.money import allocate


@dataclass(slots=True)
class OpenAmount:
    """One line (`line` is set) or one shop's shipping fee (`line` is None).

    `kept` is the part of a fee that no discount reaches, such as wrapping; tender pays it too.
    """

    shop_id: str
    full: int
    line: DraftLine | None = None
    kept: int = 0
    left: int = field(init=False)
    parts: list[Part] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.left = self.full

    @property
    def line_id(self) -> str | None:
        return self.line.line_id if self.line else None

    @property
    def qty(self) -> int:
        return self.line.qty if self.line else 1

    def open_to(self, phase: Phase) -> int:
        """What an adjustment of `phase` may still take."""
        return self.left if phase is Phase.TENDER else self.left - self.kept

    def take(self, plugin_id: str, adj: Adjustment, amount: int) -> None:
        """Lower what is left by `amount` and note who took it. Raises ValueError for more than is left."""
        if not 0 <= amount <= self.open_to(adj.phase):
            raise ValueError(f"{plugin_id}: {amount} cannot be taken off {self.open_to(adj.phase)}")
        if amount == 0:
            return
        self.left -= amount
        self.parts.append(
            Part(
                plugin_id=plugin_id,
                phase=adj.phase,
                code=adj.code,
                amount=amount,
                label=adj.label,
                bearer=adj.bearer,
            )
        )

    def sum_of(self, *phases: Phase) -> int:
        """What these phases took."""
        return sum(part.amount for part in self.parts if part.phase in phases)


def left_of(amounts: Sequence[OpenAmount]) -> int:
    """What is left of all of them together."""
    return sum(amount.left for amount in amounts)


def open_sum(amounts: Sequence[OpenAmount], phase: Phase) -> int:
    """What an adjustment of `phase` may take of all of them together."""
    return sum(amount.open_to(phase) for amount in amounts)


def share_out(amounts: Sequence[OpenAmount], plugin_id: str, adj: Adjustment, total: int) -> None:
    """Take `total` off `amounts` in proportion to what each has open; largest remainder, ties to the earlier."""
    shares = allocate(total, [amount.open_to(adj.phase) for amount in amounts])
    for amount, share in zip(amounts, shares, strict=True):
        amount.take(plugin_id, adj, share)
