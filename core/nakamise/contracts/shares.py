"""Who gets how much of a sale: platform, agency, tenant and broadcaster.

The rates of the moment of sale are frozen with each line. A refund takes the same shares back, whatever the
rates are by then. Integers in minor units; the shares of a line always add up to it.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal, Protocol

import msgspec

from nakamise.money import allocate

WHOLE_BP: Final = 10_000

PartyKind = Literal["platform", "agency", "tenant", "broadcaster"]


class SharesError(ValueError):
    """Rates or amounts that cannot be shared."""


class Node(msgspec.Struct, frozen=True):
    """One party of the tree. ``rate_bp`` (1/100 %) is its part of what reaches its parent; what it does not
    pass on to ``children`` it keeps. ``party``: the agency's, tenant's or broadcaster's id.

    Raises SharesError when the children would get more than everything.
    """

    kind: PartyKind
    rate_bp: int
    party: uuid.UUID | None = None
    children: tuple[Node, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.rate_bp <= WHOLE_BP:
            raise SharesError(f"a rate is 0 to {WHOLE_BP}, not {self.rate_bp}")
        if sum(child.rate_bp for child in self.children) > WHOLE_BP:
            raise SharesError(f"the children of {self.kind} get more than everything")


class Share(msgspec.Struct, frozen=True):
    """``amount`` in minor units; negative in a reversal."""

    kind: PartyKind
    party: uuid.UUID | None
    amount: int


class FrozenShares(msgspec.Struct, frozen=True):
    """To be stored with an order line: what was shared, by which rates, and the outcome."""

    amount: int
    currency: str
    at: datetime
    tree: Node
    shares: tuple[Share, ...]


class ShareRates(msgspec.Struct, frozen=True, kw_only=True):
    """In 1/100 %. Platform and agency get theirs of the sale; the broadcaster gets its rate of what is left,
    and the tenant the rest."""

    platform_bp: int = 0
    agency_bp: int = 0
    broadcaster_bp: int = 0

    def tree(self, *, agency: uuid.UUID, tenant: uuid.UUID, broadcaster: uuid.UUID | None = None) -> Node:
        """Nobody broadcast: the tenant keeps that part. Raises SharesError for more than everything."""
        rest = WHOLE_BP - self.platform_bp - self.agency_bp
        if rest < 0:
            raise SharesError("platform and agency get more than everything")
        below = (Node("broadcaster", self.broadcaster_bp, broadcaster),) if broadcaster else ()
        return Node(
            "platform",
            WHOLE_BP,
            None,
            (Node("agency", self.agency_bp, agency), Node("tenant", rest, tenant, below)),
        )


class ShareBook(Protocol):
    """``ctx.service(ShareBook)``: the tenant's agreed rates."""

    async def tree_at(self, at: datetime, *, broadcaster: uuid.UUID | None = None) -> Node:
        """The rates in force at ``at``; a broadcaster without its own has the tenant's common one."""
        ...


def split(amount: int, tree: Node) -> tuple[Share, ...]:
    """Every party of the tree once, parents before children; the amounts add up to ``amount``.

    Largest remainder at each node, ties to the earlier child. Raises SharesError for a negative amount.
    """
    if amount < 0:
        raise SharesError("an amount cannot be negative; see reverse")
    weights = [child.rate_bp for child in tree.children]
    parts = allocate(amount, [*weights, WHOLE_BP - sum(weights)])
    below = [share for child, part in zip(tree.children, parts, strict=False) for share in split(part, child)]
    return (Share(tree.kind, tree.party, parts[-1]), *below)


def freeze(amount: int, currency: str, at: datetime, tree: Node) -> FrozenShares:
    """Raises SharesError."""
    return FrozenShares(amount, currency, at, tree, split(amount, tree))


def reverse(frozen: FrozenShares, amount: int, earlier: Sequence[Sequence[Share]] = ()) -> tuple[Share, ...]:
    """What a refund of ``amount`` takes back from each party, after the ``earlier`` reversals of this line.

    In the order of ``frozen.shares``. Nobody gives back more than they got, and refunds that add up to the
    line take back every share exactly. Raises SharesError for more than is left.
    """
    left = [share.amount for share in frozen.shares]
    for shares in earlier:
        left = [have + share.amount for have, share in zip(left, shares, strict=True)]
    if not 0 <= amount <= sum(left):
        raise SharesError(f"{amount} to give back, {sum(left)} left")
    parts = allocate(amount, left)
    return tuple(
        Share(share.kind, share.party, -part) for share, part in zip(frozen.shares, parts, strict=True)
    )
