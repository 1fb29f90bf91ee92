"""What shops promise, for everybody who has to say it: the service ``contracts.returns.ReturnPromises``."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from nakamise.contracts.catalog import Catalog, ProductFacts
from nakamise.contracts.returns import ReturnPromises
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise.web import gettext_for
from nakamise_returns.policy import policies, sentences
from nakamise_returns.schemas import Policy


class Promises(ReturnPromises):
    def __init__(self, ctx: TenantCtx) -> None:
        self._ctx = ctx

    async def promises(
        self, tx: Tx, shop_ids: Sequence[uuid.UUID], product_ids: Sequence[uuid.UUID] = ()
    ) -> Mapping[uuid.UUID, Sequence[str]]:
        known = await policies(tx, shop_ids)
        limits = any(_has_exceptions(rules) for rules in known.values())
        facts = await self._ctx.service(Catalog).facts(tx, product_ids) if limits and product_ids else {}
        return {shop_id: self._said(rules, facts) for shop_id, rules in known.items()}

    def _said(self, rules: Policy, facts: Mapping[uuid.UUID, ProductFacts]) -> Sequence[str]:
        _ = gettext_for(self._ctx.locale, "returns")
        said = sentences(_, rules, locale=self._ctx.locale)
        if not _has_exceptions(rules):
            return said
        if not facts:
            return [*said, _("Some items are excluded; their own pages say so.")]
        names = [one.name for one in facts.values() if _is_excluded(rules, one)]
        if not names:
            return said
        comma = "、" if self._ctx.locale == "ja" else ", "
        return [*said, _("Not for a change of mind: %(items)s.", items=comma.join(names))]


def _has_exceptions(rules: Policy) -> bool:
    return rules.days > 0 and bool(rules.product_ids or rules.category_ids)


def _is_excluded(rules: Policy, one: ProductFacts) -> bool:
    of_category = one.category_ids & set(rules.category_ids)
    return one.shop_id == rules.shop_id and (one.id in rules.product_ids or bool(of_category))


def return_promises(ctx: TenantCtx) -> Promises:
    """The factory that the manifest names."""
    return Promises(ctx)
