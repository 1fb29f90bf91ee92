"""What staff send and see. Amounts are tax-included, in minor units."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from nakamise.media import Media
from nakamise_shop.paging import Paged

Name = Annotated[str, Meta(min_length=1, max_length=120)]
Line = Annotated[str, Meta(max_length=120)]
Text = Annotated[str, Meta(max_length=10_000)]
Sku = Annotated[str, Meta(min_length=1, max_length=64)]
Price = Annotated[int, Meta(ge=0, le=99_999_999)]
Stock = Annotated[int, Meta(ge=0, le=9_999_999)]
PerOrder = Annotated[int, Meta(ge=1, le=999)]
TaxClass = Literal["standard", "reduced", "zero"]
Kind = Literal["goods", "sample"]
Days = Annotated[int, Meta(ge=1, le=3650)]
Moment = Annotated[datetime, Meta(tz=True)]
# A table's rows of cells, the first row being the heads.
Chart = Annotated[list[Annotated[list[Line], Meta(max_length=10)]], Meta(max_length=40)]

PICTURES_MAX = 10
VARIANTS_MAX = 100
OPTIONS_MAX = 3


class ProductState(enum.StrEnum):
    PUBLISHED = "published"
    DRAFT = "draft"
    ARCHIVED = "archived"


class StaffProductFilter(msgspec.Struct, frozen=True, kw_only=True):
    """``q`` is compared folded, with names and SKUs; ``page`` counts from 1."""

    state: ProductState | None = None
    q: Annotated[str, Meta(max_length=100)] = ""
    category: str | None = None
    shop: str | None = None
    low: bool = False
    page: Annotated[int, Meta(ge=1, le=1000)] = 1


class ProductLine(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the product list; ``on_hand`` and ``reserved`` are sums over its active variants."""

    id: uuid.UUID
    slug: str
    name: str
    state: ProductState
    shop_name: str
    shop_is_open: bool
    category_name: str | None
    min_price: int
    max_price: int
    variant_count: int
    on_hand: int
    reserved: int
    updated_at: datetime
    picture: Media | None

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


class ProductLines(Paged, frozen=True, kw_only=True):
    """``counts`` are of the tabs: what each state would show under the other conditions."""

    items: list[ProductLine]
    counts: dict[str, int]


class OptionInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One choice a buyer makes; ``values_en`` is empty or as long as ``values``."""

    name: Name
    name_en: Line = ""
    values: Annotated[list[Name], Meta(min_length=1, max_length=50)]
    values_en: list[Name] = []


class SpecInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    label: Name
    value: Name
    label_en: Line = ""
    value_en: Line = ""


class FaqInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """English falls back to Japanese."""

    question: Annotated[str, Meta(min_length=1, max_length=200)]
    answer: Annotated[str, Meta(min_length=1, max_length=1000)]
    question_en: Annotated[str, Meta(max_length=200)] = ""
    answer_en: Annotated[str, Meta(max_length=1000)] = ""


class BadgeInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=20)]
    name_en: Annotated[str, Meta(max_length=20)] = ""


class VariantInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``id`` is None for a new one. ``seen_on_hand`` is the stock that the editor saw: with another number in
    the database the change is refused, so that a sale in between is not overwritten."""

    id: uuid.UUID | None = None
    name: Line = ""
    name_en: Line = ""
    sku: Sku
    option_values: list[Name] = []
    price: Price
    compare_at: Price | None = None
    on_hand: Stock
    seen_on_hand: Stock | None = None
    picture_id: uuid.UUID | None = None


class ProductInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole product: a variant that is left out is removed (archived when it was ever ordered).

    It is sold from ``sale_from`` until ``sale_until``; None = no end on that side. One person gets at most
    ``per_person_limit`` within ``per_person_days`` (None: ever). A ``sample`` is limited to one per person unless
    another limit is given; its stock is how many are given out.
    """

    shop_id: uuid.UUID | None = None
    name: Name
    name_en: Line = ""
    description: Text = ""
    description_en: Text = ""
    category_id: uuid.UUID | None = None
    tax_class: TaxClass = "standard"
    per_order_limit: PerOrder | None = None
    kind: Kind = "goods"
    sale_from: Moment | None = None
    sale_until: Moment | None = None
    per_person_limit: PerOrder | None = None
    per_person_days: Days | None = None
    options: Annotated[list[OptionInput], Meta(max_length=OPTIONS_MAX)] = []
    specs: Annotated[list[SpecInput], Meta(max_length=30)] = []
    badges: Annotated[list[BadgeInput], Meta(max_length=3)] = []
    faq: Annotated[list[FaqInput], Meta(max_length=20)] = []
    size_chart: Chart = []
    size_chart_en: Chart = []
    variants: Annotated[list[VariantInput], Meta(max_length=VARIANTS_MAX)] = []


class ProductChange(ProductInput, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``version`` as it was read: a newer one in the database refuses the change."""

    version: int


class StaffVariant(msgspec.Struct, frozen=True, kw_only=True):
    id: uuid.UUID
    name: str
    name_en: str
    sku: str
    option_values: list[str]
    price: int
    compare_at: int | None
    on_hand: int
    reserved: int
    picture_id: uuid.UUID | None


class StaffPicture(msgspec.Struct, frozen=True, kw_only=True):
    id: uuid.UUID
    alt: str
    media: Media


class ProductHead(msgspec.Struct, frozen=True, kw_only=True):
    """A product without its lists; ``order_count`` as ``orders.status.SOLD`` says."""

    id: uuid.UUID
    slug: str
    state: ProductState
    version: int
    shop_id: uuid.UUID
    shop_name: str
    shop_state: str
    name: str
    name_en: str
    description: str
    description_en: str
    category_id: uuid.UUID | None
    tax_class: str
    per_order_limit: int | None
    kind: Kind
    sale_from: datetime | None
    sale_until: datetime | None
    per_person_limit: int | None
    per_person_days: int | None
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None
    order_count: int


class StaffProduct(ProductHead, frozen=True, kw_only=True):
    """Everything that can be edited, with active variants and the pictures, the main one first."""

    options: list[OptionInput]
    specs: list[SpecInput]
    badges: list[BadgeInput]
    faq: list[FaqInput]
    size_chart: list[list[str]]
    size_chart_en: list[list[str]]
    variants: list[StaffVariant]
    pictures: list[StaffPicture]


class Choice(msgspec.Struct, frozen=True):
    """One entry of a select."""

    id: uuid.UUID
    slug: str
    name: str
