"""What a shop promises about returns: kept, edited, and said in words before the purchase."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from nakamise.contracts.catalog import Catalog
from nakamise.db import Tx, save_revision
from nakamise.errors import Conflict, FieldError, Invalid, NotFound
from nakamise.plugin import TenantCtx
from nakamise.web import N_, yen
from nakamise_returns.schemas import FAULTS, Payer, Policy

_SAID: Final = (
    "days",
    "defect_days",
    "payer",
    "deduction_bp",
    "product_ids",
    "category_ids",
    "note",
    "note_en",
    "postage",
)
_SELECT: Final = f"SELECT shop_id, {', '.join(_SAID)}, version FROM returns_policy"  # noqa: S608 - a constant


async def policies(tx: Tx, shop_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Policy]:
    """For each of ``shop_ids``; a shop that said nothing has what the law says: eight days, at the buyer's cost."""
    rows = await tx.all(Policy, f"{_SELECT} WHERE shop_id = ANY($1)", list(shop_ids))
    known = {row.shop_id: row for row in rows}
    return {shop_id: known.get(shop_id) or Policy(shop_id=shop_id) for shop_id in shop_ids}


async def policy(tx: Tx, shop_id: uuid.UUID) -> Policy:
    return (await policies(tx, [shop_id]))[shop_id]


async def save(ctx: TenantCtx, tx: Tx, wanted: Policy) -> Policy:
    """``version`` is the one that was edited. Raises NotFound, Invalid, Conflict when somebody was faster."""
    await _must_exist(ctx, tx, wanted)
    if wanted.days > wanted.defect_days:
        message = N_("Faulty goods are taken back at least as long as others.")
        raise Invalid({"defect_days": FieldError(message, domain="returns")})
    if wanted.postage and wanted.payer == "shop":
        message = N_("Postage is kept back only where the buyer pays it.")
        raise Invalid({"postage": FieldError(message, domain="returns")})
    changed = Conflict(
        N_("Somebody else changed this. Please look at it again."), code="changed", domain="returns"
    )
    values = {name: getattr(wanted, name) for name in _SAID} | {"updated_at": ctx.now()}
    key = {"shop_id": wanted.shop_id}
    await save_revision(tx, changed, "returns_policy", key, values, wanted.version, counter="version")
    await ctx.audit(tx, "returns.policy_changed", str(wanted.shop_id), days=wanted.days, payer=wanted.payer)
    return await policy(tx, wanted.shop_id)


async def _must_exist(ctx: TenantCtx, tx: Tx, wanted: Policy) -> None:
    """The shop, and what it excludes. Raises NotFound."""
    catalog = ctx.service(Catalog)
    choices = await catalog.choices(tx, with_products=False)
    products = await catalog.facts(tx, wanted.product_ids)
    if (
        wanted.shop_id not in {shop_id for shop_id, _ in choices.shops}
        or not set(wanted.category_ids) <= {category_id for category_id, _ in choices.categories}
        or not set(wanted.product_ids) <= products.keys()
    ):
        raise NotFound


def postage_of(rules: Policy, reason: str) -> int:
    """What is kept back of a refund for sending the goods back."""
    return rules.postage if rules.payer == "buyer" and reason not in FAULTS else 0


def payer_text(_: Callable[..., str], payer: Payer, postage: int) -> str:
    if payer == "shop":
        return _("at the shop's cost")
    if postage:
        return _("at your cost (%(amount)s is kept back of the refund)", amount=yen(postage))
    return _("at your cost")


async def excluded(
    ctx: TenantCtx, tx: Tx, rules: Policy, product_ids: Sequence[uuid.UUID]
) -> frozenset[uuid.UUID]:
    """Those of ``product_ids`` that are not taken back for a change of mind."""
    named = set(rules.product_ids) & set(product_ids)
    if rules.category_ids:
        facts = await ctx.service(Catalog).facts(tx, product_ids)
        named |= {id_ for id_, one in facts.items() if one.category_ids & set(rules.category_ids)}
    return frozenset(named)


def sentences(
    _: Callable[..., str], rules: Policy, *, is_excluded: bool = False, locale: str = "ja"
) -> list[str]:
    """The policy as it is shown on the product's page, at the checkout and with the order."""
    if is_excluded:
        said = [_("This item cannot be returned or exchanged because you changed your mind.")]
    elif rules.days == 0:
        said = [_("Returns and exchanges because you changed your mind are not accepted.")]
    else:
        payer = payer_text(_, rules.payer, postage_of(rules, "changed_mind"))
        said = [
            _(
                "Returns and exchanges within %(days)s days after delivery, postage %(payer)s.",
                days=rules.days,
                payer=payer,
            )
        ]
        if rules.deduction_bp:
            percent = f"{rules.deduction_bp / 100:g}"
            said.append(_("For goods that were worn, up to %(percent)s %% is kept back.", percent=percent))
    said.append(
        _(
            "Faulty or wrong goods: within %(days)s days after delivery, at the shop's cost.",
            days=rules.defect_days,
        )
    )
    note = rules.note_en if locale == "en" and rules.note_en else rules.note
    return [*said, *([note] if note else [])]
