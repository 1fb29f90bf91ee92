"""The control plane: what an agency does with its tenants.

``ctx.service(ControlPlane)`` answers in the home tenant of an agency only; elsewhere it raises ServiceOff.
The agency is never an argument: it is the one whose home tenant ``ctx`` speaks for. An operator's home tenant
reaches the tenants of every agency. What belongs to another agency is NotFound, exactly like what never was.

Routes check permissions; the service checks the scope, writes the audit, and refuses a session without a
second factor wherever it changes something.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol

import msgspec

from nakamise.contracts.audit import LogVerdict
from nakamise.contracts.plans import (
    CataloguePlan,
    ClosedAccount,
    MonthCharge,
    OptionLine,
    PlanDraft,
    PlanPolicy,
    ShareKind,
    ShareLine,
)
from nakamise.media import Media
from nakamise.ui.theme import Font, Scheme

TenantState = Literal["active", "suspended", "deleting"]
TenantSort = Literal["name", "-name", "created", "-created", "-usage"]
HostState = Literal["served", "pending", "failed"]
HealthLevel = Literal["ok", "warning", "problem"]
BrandPicture = Literal["logo", "icon", "hero_wide", "hero_phone"]


class AgencySummary(msgspec.Struct, frozen=True, kw_only=True):
    """``home_tenant_id`` is None until the agency has a console of its own; ``closed_at`` is when an operator
    closed it, with the reason."""

    id: uuid.UUID
    slug: str
    name: str
    is_operator: bool
    home_tenant_id: uuid.UUID | None
    console_host: str | None
    tenants: int
    created_at: datetime
    closed_reason: str
    closed_at: datetime | None


class TenantHealth(msgspec.Struct, frozen=True, kw_only=True):
    """``level`` sums up the rest. ``oldest_due_s``: how long the oldest job that is due has waited."""

    level: HealthLevel
    is_migrated: bool
    migration_error: str
    dead_jobs: int
    oldest_due_s: int
    failed_mails: int
    gone_plugins: tuple[str, ...]
    last_activity_at: datetime | None


class UsagePeak(msgspec.Struct, frozen=True):
    """The limit of the plan that is used most, as last measured; ``label`` in the language of who asks."""

    meter: str
    label: str
    percent: int


class TenantSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the list. ``url`` is the site's first page; ``plugins`` how many are on; ``usage`` is None
    where nothing is limited or nothing was measured yet."""

    id: uuid.UUID
    slug: str
    name: str
    state: TenantState
    plan: str
    agency: str
    canonical_host: str
    url: str
    plugins: int
    created_at: datetime
    usage: UsagePeak | None
    health: TenantHealth


class TenantPage(msgspec.Struct, frozen=True):
    """``cursor`` for the next page; None on the last. ``total`` counts everything that the filters let through."""

    items: tuple[TenantSummary, ...]
    total: int
    cursor: str | None


class BrandView(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant's look as it is. Colours are ``#rrggbb`` or ``oklch(L C H)``; radius in CSS pixels; tint 0..1."""

    name: str
    name_en: str
    brand: str
    accent: str
    scheme: Scheme
    radius: int
    font: Font
    display: Font
    tint: float
    uppercase: bool
    tagline: str
    tagline_en: str
    copyright: str
    mail_name: str
    mail_sender: str
    pictures: dict[BrandPicture, Media]


class BrandUpdate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fields that are UNSET stay as they are. An empty ``mail_name`` or ``mail_sender`` means the default:
    the site's name, and no-reply at its canonical host."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    name_en: str | msgspec.UnsetType = msgspec.UNSET
    brand: str | msgspec.UnsetType = msgspec.UNSET
    accent: str | msgspec.UnsetType = msgspec.UNSET
    scheme: Scheme | msgspec.UnsetType = msgspec.UNSET
    radius: int | msgspec.UnsetType = msgspec.UNSET
    font: Font | msgspec.UnsetType = msgspec.UNSET
    display: Font | msgspec.UnsetType = msgspec.UNSET
    tint: float | msgspec.UnsetType = msgspec.UNSET
    uppercase: bool | msgspec.UnsetType = msgspec.UNSET
    tagline: str | msgspec.UnsetType = msgspec.UNSET
    tagline_en: str | msgspec.UnsetType = msgspec.UNSET
    copyright: str | msgspec.UnsetType = msgspec.UNSET
    mail_name: str | msgspec.UnsetType = msgspec.UNSET
    mail_sender: str | msgspec.UnsetType = msgspec.UNSET


class HostClaim(msgspec.Struct, frozen=True, kw_only=True):
    """One address of a tenant. ``pending`` and ``failed`` ones are not served: put the TXT record
    ``txt_name`` = ``txt_value`` into the domain's DNS, then verify. Both are empty where no proof is needed.
    ``error`` is a msgid of the core's catalog about the last look."""

    host: str
    state: HostState
    is_canonical: bool
    txt_name: str
    txt_value: str
    checked_at: datetime | None
    error: str


class PictureFile(msgspec.Struct, frozen=True):
    """A stored picture's bytes; ``content_type`` such as ``image/webp``."""

    data: bytes
    content_type: str


class BlueprintInfo(msgspec.Struct, frozen=True):
    """What a new tenant can start from; ``name`` is what ``NewTenantRequest.blueprint`` takes."""

    name: str
    title: str
    summary: str


class PlanInfo(msgspec.Struct, frozen=True):
    """``id`` is what ``set_plan`` takes."""

    id: str
    name: str


class UsageLine(msgspec.Struct, frozen=True, kw_only=True):
    """In words: ``most`` is "" where nothing is limited. ``is_month``: counted from the first of the month."""

    label: str
    used: str
    most: str
    percent: int
    is_month: bool


class PlanOffer(msgspec.Struct, frozen=True, kw_only=True):
    """A month's fee in yen, without and with tax; None: by quotation. ``points``: what it holds, a line each."""

    id: str
    title: str
    net: int | None
    gross: int | None
    rate: str
    points: tuple[str, ...]
    is_own: bool


class PlanSheet(msgspec.Struct, frozen=True, kw_only=True):
    """In the language of who asks. ``monthly_fee`` in yen without tax, None until it is agreed; ``usage`` is
    measured for an active tenant only; ``charges`` the newest month first."""

    plan: str
    rate: str
    monthly_fee: int | None
    since: datetime
    usage: tuple[UsageLine, ...]
    offers: tuple[PlanOffer, ...]
    options: tuple[OptionLine, ...]
    charges: tuple[MonthCharge, ...]


class ExportFile(msgspec.Struct, frozen=True, kw_only=True):
    """A whole tenant as a file. ``size`` in bytes; ``url`` is a path of the console's host for a short time,
    "" until the file is there."""

    id: uuid.UUID
    state: str
    percent: int
    size: int
    created_at: datetime
    expires_at: datetime
    url: str


class NewTenantRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The site is served at ``<slug>.<base domain>`` at once. ``hosts`` are further addresses: those below the
    base domain are served at once too, all others are claimed and wait for their proof.
    ``agency_id`` is for operators; None means their own."""

    name: str
    slug: str
    admin_email: str
    admin_name: str
    blueprint: str = ""
    brand: BrandUpdate = BrandUpdate()
    hosts: tuple[str, ...] = ()
    plan: str = ""
    locale: str = "ja"
    agency_id: uuid.UUID | None = None


class TenantDetail(msgspec.Struct, frozen=True, kw_only=True):
    """``state_reason`` is what was given when it was suspended or deleted; ``purge_at`` when its data go."""

    summary: TenantSummary
    brand: BrandView
    hosts: tuple[HostClaim, ...]
    plugins: tuple[str, ...]
    locale: str
    timezone: str
    currency: str
    state_reason: str
    purge_at: datetime | None


class ImpersonationLink(msgspec.Struct, frozen=True):
    """``url`` works once, until ``expires_at`` (30 s), and opens the tenant's site as one of its staff."""

    url: str
    expires_at: datetime


class AuditLine(msgspec.Struct, frozen=True, kw_only=True):
    """``act`` is ``tenant.suspend`` and the like; ``tenant`` the slug, empty for acts on an agency."""

    id: uuid.UUID
    at: datetime
    actor: str
    act: str
    tenant_id: uuid.UUID | None
    tenant: str
    detail: dict[str, object]


class AuditPage(msgspec.Struct, frozen=True):
    """``cursor`` asks for the next page; None = there is none."""

    items: tuple[AuditLine, ...]
    cursor: str | None


class NewAgencyRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The console is a tenant of its own, served at ``<slug>.<base domain>``."""

    name: str
    slug: str
    admin_email: str
    admin_name: str


class ControlPlane(Protocol):
    """Every method raises NotFound for a tenant or agency out of scope. Methods that change something raise
    Forbidden (``mfa_required``) for a session without a second factor."""

    # --- the agency itself -------------------------------------------------------------------------

    async def me(self) -> AgencySummary: ...

    async def blueprints(self) -> Sequence[BlueprintInfo]: ...

    async def plans(self) -> Sequence[PlanInfo]: ...

    # --- tenants -----------------------------------------------------------------------------------

    async def tenants(
        self,
        *,
        search: str = "",
        state: TenantState | None = None,
        agency_id: uuid.UUID | None = None,
        sort: TenantSort = "name",
        cursor: str | None = None,
        limit: int = 30,
    ) -> TenantPage:
        """``search`` looks into name, slug and hosts. Raises BadRequest for a cursor of another list."""
        ...

    async def tenant(self, tenant_id: uuid.UUID) -> TenantDetail: ...

    async def is_slug_free(self, slug: str) -> bool:
        """Whether ``create`` would take it now."""
        ...

    async def create(self, new: NewTenantRequest) -> TenantDetail:
        """All of it or nothing; the first administrator gets a mail with a link to set a password.

        Raises Invalid with one error a field, Conflict for a slug or host that is taken.
        """
        ...

    async def update_brand(self, tenant_id: uuid.UUID, change: BrandUpdate) -> BrandView:
        """Raises Invalid."""
        ...

    async def set_picture(self, tenant_id: uuid.UUID, picture: BrandPicture, data: bytes | None) -> BrandView:
        """None takes the picture away. Raises Invalid (field: the picture's name) for what is no picture."""
        ...

    async def picture(self, tenant_id: uuid.UUID, picture: BrandPicture, *, at_least: int = 0) -> PictureFile:
        """The smallest rendition whose longest side has ``at_least`` pixels; the site's own host serves the
        others. Raises NotFound when there is none."""
        ...

    async def set_plan(self, tenant_id: uuid.UUID, plan_id: str) -> None:
        """Raises Invalid for an unknown plan, Conflict for one that does not hold what is in use."""
        ...

    async def plan_sheet(self, tenant_id: uuid.UUID) -> PlanSheet: ...

    async def set_option(self, tenant_id: uuid.UUID, option_id: str, times: int) -> None:
        """0 ends it. Raises Invalid (``option``, ``times``), Conflict when more is in use."""
        ...

    async def shares(self, tenant_id: uuid.UUID) -> Sequence[ShareLine]:
        """All versions, the newest first."""
        ...

    async def set_share(
        self, tenant_id: uuid.UUID, kind: ShareKind, rate_bp: int, *, valid_from: datetime | None = None
    ) -> None:
        """From now on, or a later date. Sales that are shared already stay as they are. The platform's share
        is the operators' to set: Forbidden for others. Raises Invalid (``rate_bp``, ``valid_from``)."""
        ...

    async def policy(self) -> PlanPolicy:
        """Of the agency whose console this is."""
        ...

    async def set_policy(self, policy: PlanPolicy) -> None:
        """Raises Invalid (``contact``)."""
        ...

    async def start_export(self, tenant_id: uuid.UUID) -> ExportFile:
        """A worker does it; secrets stay out. Raises Conflict while one is under way."""
        ...

    async def exports(self, tenant_id: uuid.UUID) -> Sequence[ExportFile]:
        """What this console asked for, the newest first."""
        ...

    async def suspend(self, tenant_id: uuid.UUID, reason: str) -> None:
        """Its pages answer 503, its jobs wait. Raises Invalid without a reason, Conflict in another state."""
        ...

    async def resume(self, tenant_id: uuid.UUID) -> None:
        """Raises Conflict unless suspended."""
        ...

    async def request_delete(self, tenant_id: uuid.UUID, *, confirm_slug: str, reason: str) -> datetime:
        """Out of reach at once; when everything will be gone for good. Raises Invalid for another slug."""
        ...

    async def cancel_delete(self, tenant_id: uuid.UUID) -> None:
        """Back to suspended. Raises Conflict unless it is being deleted."""
        ...

    async def impersonate(
        self, tenant_id: uuid.UUID, *, reason: str, role: str = "admin"
    ) -> ImpersonationLink:
        """Raises Invalid without a reason, Conflict for a tenant that is not active or lacks the role."""
        ...

    # --- addresses ---------------------------------------------------------------------------------

    async def hosts(self, tenant_id: uuid.UUID) -> Sequence[HostClaim]: ...

    async def claim_host(self, tenant_id: uuid.UUID, host: str) -> HostClaim:
        """A new proof each time it is asked for. Raises Invalid for what is no host or is reserved, Conflict
        for a host that is served for another tenant or rests after its release."""
        ...

    async def verify_host(self, tenant_id: uuid.UUID, host: str) -> HostClaim:
        """Look for the record now; the outcome is in the answer."""
        ...

    async def release_host(self, tenant_id: uuid.UUID, host: str) -> None:
        """Rests for 30 days before another tenant can claim it. Raises Conflict for the canonical host."""
        ...

    async def set_canonical(self, tenant_id: uuid.UUID, host: str) -> None:
        """Raises Conflict for a host that is not served."""
        ...

    # --- the log -----------------------------------------------------------------------------------

    async def audit(
        self,
        *,
        search: str = "",
        tenant_id: uuid.UUID | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> AuditPage:
        """The newest first; ``search`` looks into actor, act and details."""
        ...

    async def verify_audit(self) -> LogVerdict:
        """Seal what is new, then compute every hash again."""
        ...

    async def closed_accounts(self) -> Sequence[ClosedAccount]:
        """What tenants were charged that are deleted for good, the newest month first."""
        ...

    # --- operators only: Forbidden for every other agency ------------------------------------------

    async def agencies(self) -> Sequence[AgencySummary]: ...

    async def create_agency(self, new: NewAgencyRequest) -> AgencySummary:
        """With its console and the first of its staff, who gets a mail. Raises Invalid, Conflict."""
        ...

    async def rename_agency(self, agency_id: uuid.UUID, name: str) -> AgencySummary:
        """Raises Invalid."""
        ...

    async def invite_agency_staff(self, agency_id: uuid.UUID, *, email: str, name: str) -> None:
        """A user of the agency's console, who gets a mail to set a password. Raises Invalid, Conflict."""
        ...

    async def close_agency(self, agency_id: uuid.UUID, reason: str, *, with_tenants: bool) -> AgencySummary:
        """Its console answers nobody, its staff's visits end. ``with_tenants``: its sites are suspended too, else
        they go on. Raises Invalid, Conflict (the operators' own, or closed already)."""
        ...

    async def reopen_agency(self, agency_id: uuid.UUID) -> AgencySummary:
        """With the sites that were suspended by closing it. Raises Conflict unless it is closed."""
        ...

    async def assign_tenant(self, tenant_id: uuid.UUID, agency_id: uuid.UUID) -> None:
        """Another agency's from now on; what was done before stays in the former one's log. Raises Invalid
        (``agency_id``), Conflict for a console."""
        ...

    async def catalogue(self) -> Sequence[CataloguePlan]:
        """All plans, also those that no page offers."""
        ...

    async def save_plan(self, draft: PlanDraft) -> CataloguePlan:
        """A new plan, or changes to a known one. Contracts keep their terms: of a plan that tenants are on,
        limits, features and options cannot be changed: Conflict (``plan_in_use``). Raises Invalid."""
        ...

    async def replace_plan(self, plan_id: str, draft: PlanDraft) -> CataloguePlan:
        """A new version under the id of ``draft``; the old one is offered no more, tenants on it keep it.
        Raises NotFound, Invalid."""
        ...
