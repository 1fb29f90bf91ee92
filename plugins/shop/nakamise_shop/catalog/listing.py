"""A list of products with everything that can be chosen on it; the choice lives in the address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from nakamise.plugin import TenantCtx
from nakamise.web import N_, gettext_for
from nakamise_shop import paging
from nakamise_shop.catalog.schemas import Category, ProductFilter, ProductPage, Sort

SORTS: Final[Mapping[Sort, str]] = {
    Sort.NEW: N_("Newest"),
    Sort.PRICE_UP: N_("Price: low to high"),
    Sort.PRICE_DOWN: N_("Price: high to low"),
}
LIST: Final = "/shop/products"


class FilterLink(msgspec.Struct, frozen=True):
    """One choice as a link; ``count`` is how many products it leads to."""

    label: str
    href: str
    current: bool = False
    count: int | None = None


def address(base: str, wanted: ProductFilter, **changes: object) -> str:
    """As ``paging.address``; the page of a shop shows only its own products, whatever the address says."""
    if base != LIST:
        changes = {**changes, "shop": None}
    return paging.address(base, wanted, **changes)


class Listing:
    """What the list's template draws."""

    def __init__(
        self,
        ctx: TenantCtx,
        base: str,
        wanted: ProductFilter,
        found: ProductPage,
        categories: Sequence[Category],
    ) -> None:
        self.base = base
        self.wanted = wanted
        self.found = found
        self._categories = [category for category in categories if category.product_count]
        self._ = gettext_for(ctx.locale, "shop")

    def address(self, **changes: object) -> str:
        return address(self.base, self.wanted, **changes)

    @property
    def page_base(self) -> str:
        return paging.page_base(self.address())

    @property
    def sorts(self) -> list[tuple[str, str]]:
        return [(sort.value, self._(label)) for sort, label in SORTS.items()]

    @property
    def category(self) -> Category | None:
        return next((one for one in self._categories if one.slug == self.wanted.category), None)

    @property
    def trail(self) -> list[Category]:
        """From the top to the chosen category; empty without one."""
        known = {one.slug: one for one in self._categories}
        found: list[Category] = []
        at = self.category
        while at is not None and at not in found:
            found.insert(0, at)
            at = known.get(at.parent_slug or "")
        return found

    @property
    def crumbs(self) -> list[tuple[str, str]]:
        """(name, address) of the categories above; the chosen one without an address."""
        chosen = self.category
        return [(one.name, "" if one == chosen else self.address(category=one.slug)) for one in self.trail]

    @property
    def top(self) -> list[FilterLink]:
        """All, and the top categories; the one above the chosen category is marked too."""
        chosen = self.category
        open_slug = self.trail[0].slug if chosen else None
        everything = FilterLink(self._("All"), self.address(category=None), chosen is None)
        return [everything, *(self._link(one, one.slug == open_slug) for one in self._below(None))]

    @property
    def below(self) -> list[FilterLink]:
        """What is below the chosen category, or beside it when nothing is; empty at the top."""
        chosen = self.category
        if chosen is None:
            return []
        parent = chosen.slug if self._below(chosen.slug) else (chosen.parent_slug or chosen.slug)
        children = [self._link(one, one.slug == chosen.slug) for one in self._below(parent)]
        if not children:
            return []
        whole = FilterLink(
            self._("All of this category"), self.address(category=parent), chosen.slug == parent
        )
        return [whole, *children]

    @property
    def active(self) -> list[FilterLink]:
        """What narrows the list, each with the address without it."""
        found = []
        if self.wanted.q:
            found.append(FilterLink(f"「{self.wanted.q}」", self.address(q="")))
        if self.category:
            found.append(FilterLink(self.category.name, self.address(category=None)))
        if self.wanted.shop and self.base == LIST:
            found.append(FilterLink(self._("One shop only"), self.address(shop=None)))
        if self.wanted.in_stock:
            found.append(FilterLink(self._("In stock only"), self.address(in_stock=False)))
        return found

    def _below(self, parent: str | None) -> list[Category]:
        return [one for one in self._categories if one.parent_slug == parent]

    def _link(self, category: Category, current: bool) -> FilterLink:
        return FilterLink(
            category.name, self.address(category=category.slug), current, category.product_count
        )
