"""``ControlPlane`` for one request: the scope, the second factor, and then the module that does it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from nakamise.contracts.audit import LogVerdict
from nakamise.contracts.control import (
    AgencySummary,
    AuditPage,
    BlueprintInfo,
    BrandPicture,
    BrandUpdate,
    BrandView,
    ControlPlane,
    ExportFile,
    HostClaim,
    ImpersonationLink,
    NewAgencyRequest,
    NewTenantRequest,
    PictureFile,
    PlanInfo,
    PlanSheet,
    TenantDetail,
    TenantPage,
    TenantSort,
    TenantState,
)
from nakamise.contracts.plans import (
    CataloguePlan,
    ClosedAccount,
    PlanDraft,
    PlanPolicy,
    ShareKind,
    ShareLine,
)
from nakamise.plans import editing
from nakamise.plugin.context import TenantCtx
from nakamise.tenancy.agencies import (
    accounts,
    act,
    build,
    claims,
    closing,
    consoles,
    detail,
    exports,
    life,
    listing,
    log,
    look,
    peek,
    plan,
    sheet,
    starters,
)
from nakamise.tenancy.agencies.scope import Scope, scope_of


def control_plane(ctx: TenantCtx) -> ControlPlane | None:
    """None unless ``ctx`` speaks for the console of an agency."""
    scope = scope_of(ctx)
    return None if scope is None else Control(ctx, scope)


class Control:
    """See ``nakamise.contracts.control.ControlPlane``."""

    def __init__(self, ctx: TenantCtx, scope: Scope) -> None:
        self._ctx = ctx
        self._runtime = ctx.runtime
        self._scope = scope

    # --- the agency itself -------------------------------------------------------------------------

    async def me(self) -> AgencySummary:
        return await consoles.agency(self._runtime, self._scope.agency_id)

    async def blueprints(self) -> Sequence[BlueprintInfo]:
        return starters.described(self._runtime.settings)

    async def plans(self) -> Sequence[PlanInfo]:
        return await plan.plans(self._ctx)

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
        wanted = listing.Filter(
            search=search, state=state, agency_id=agency_id, sort=sort, cursor=cursor, limit=limit
        )
        return await listing.tenants(self._ctx, self._scope, wanted)

    async def tenant(self, tenant_id: uuid.UUID) -> TenantDetail:
        return await detail.tenant(self._ctx, self._scope, tenant_id)

    async def is_slug_free(self, slug: str) -> bool:
        return await peek.is_slug_free(self._runtime, slug)

    async def create(self, new: NewTenantRequest) -> TenantDetail:
        made = await build.create(self._ctx, self._writing(), new)
        return await detail.tenant(self._ctx, self._scope, made)

    async def update_brand(self, tenant_id: uuid.UUID, change: BrandUpdate) -> BrandView:
        return await look.update(self._runtime, self._writing(), tenant_id, change)

    async def set_picture(self, tenant_id: uuid.UUID, picture: BrandPicture, data: bytes | None) -> BrandView:
        return await look.set_picture(self._runtime, self._writing(), tenant_id, picture, data)

    async def picture(self, tenant_id: uuid.UUID, picture: BrandPicture, *, at_least: int = 0) -> PictureFile:
        return await peek.picture(self._runtime, self._scope, tenant_id, picture, at_least)

    async def set_plan(self, tenant_id: uuid.UUID, plan_id: str) -> None:
        await plan.set_plan(self._runtime, self._writing(), tenant_id, plan_id)

    async def plan_sheet(self, tenant_id: uuid.UUID) -> PlanSheet:
        return await sheet.plan_sheet(self._ctx, self._scope, tenant_id)

    async def set_option(self, tenant_id: uuid.UUID, option_id: str, times: int) -> None:
        await plan.set_option(self._runtime, self._writing(), tenant_id, option_id, times)

    async def shares(self, tenant_id: uuid.UUID) -> Sequence[ShareLine]:
        return await plan.shares(self._runtime, self._scope, tenant_id)

    async def set_share(
        self, tenant_id: uuid.UUID, kind: ShareKind, rate_bp: int, *, valid_from: datetime | None = None
    ) -> None:
        await plan.set_share(self._runtime, self._writing(), tenant_id, kind, rate_bp, valid_from)

    async def policy(self) -> PlanPolicy:
        return await plan.policy(self._runtime, self._scope)

    async def set_policy(self, policy: PlanPolicy) -> None:
        await plan.set_policy(self._runtime, self._writing(), policy)

    async def start_export(self, tenant_id: uuid.UUID) -> ExportFile:
        return await exports.start(self._ctx, self._writing(), tenant_id)

    async def exports(self, tenant_id: uuid.UUID) -> Sequence[ExportFile]:
        return await exports.exports(self._ctx, self._scope, tenant_id)

    async def suspend(self, tenant_id: uuid.UUID, reason: str) -> None:
        await life.suspend(self._runtime, self._writing(), tenant_id, reason)

    async def resume(self, tenant_id: uuid.UUID) -> None:
        await life.resume(self._runtime, self._writing(), tenant_id)

    async def request_delete(self, tenant_id: uuid.UUID, *, confirm_slug: str, reason: str) -> datetime:
        return await life.request_delete(self._runtime, self._writing(), tenant_id, confirm_slug, reason)

    async def cancel_delete(self, tenant_id: uuid.UUID) -> None:
        await life.cancel_delete(self._runtime, self._writing(), tenant_id)

    async def impersonate(
        self, tenant_id: uuid.UUID, *, reason: str, role: str = "admin"
    ) -> ImpersonationLink:
        return await act.issue(self._ctx, self._writing(), tenant_id, reason, role)

    # --- addresses ---------------------------------------------------------------------------------

    async def hosts(self, tenant_id: uuid.UUID) -> Sequence[HostClaim]:
        return await claims.hosts(self._runtime, self._scope, tenant_id)

    async def claim_host(self, tenant_id: uuid.UUID, host: str) -> HostClaim:
        return await claims.claim(self._runtime, self._writing(), tenant_id, host)

    async def verify_host(self, tenant_id: uuid.UUID, host: str) -> HostClaim:
        return await claims.verify(self._runtime, self._writing(), tenant_id, host)

    async def release_host(self, tenant_id: uuid.UUID, host: str) -> None:
        await claims.release(self._runtime, self._writing(), tenant_id, host)

    async def set_canonical(self, tenant_id: uuid.UUID, host: str) -> None:
        await claims.set_canonical(self._runtime, self._writing(), tenant_id, host)

    # --- the log -----------------------------------------------------------------------------------

    async def audit(
        self,
        *,
        search: str = "",
        tenant_id: uuid.UUID | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> AuditPage:
        return await log.audit(
            self._runtime, self._scope, search=search, tenant_id=tenant_id, cursor=cursor, limit=limit
        )

    async def verify_audit(self) -> LogVerdict:
        return await log.verify(self._runtime, self._scope)

    async def closed_accounts(self) -> Sequence[ClosedAccount]:
        return await accounts.closed_accounts(self._runtime, self._scope)

    # --- operators ---------------------------------------------------------------------------------

    async def agencies(self) -> Sequence[AgencySummary]:
        self._scope.require_operator()
        return await consoles.agencies(self._runtime)

    async def create_agency(self, new: NewAgencyRequest) -> AgencySummary:
        return await consoles.create(self._runtime, self._writing(), new)

    async def rename_agency(self, agency_id: uuid.UUID, name: str) -> AgencySummary:
        return await consoles.rename(self._runtime, self._writing(), agency_id, name)

    async def invite_agency_staff(self, agency_id: uuid.UUID, *, email: str, name: str) -> None:
        await consoles.invite_staff(self._runtime, self._writing(), agency_id, email, name)

    async def close_agency(self, agency_id: uuid.UUID, reason: str, *, with_tenants: bool) -> AgencySummary:
        return await closing.close(
            self._runtime, self._writing(), agency_id, reason, with_tenants=with_tenants
        )

    async def reopen_agency(self, agency_id: uuid.UUID) -> AgencySummary:
        return await closing.reopen(self._runtime, self._writing(), agency_id)

    async def assign_tenant(self, tenant_id: uuid.UUID, agency_id: uuid.UUID) -> None:
        await closing.assign(self._runtime, self._writing(), tenant_id, agency_id)

    async def catalogue(self) -> Sequence[CataloguePlan]:
        self._scope.require_operator()
        return await editing.all_drafts(self._runtime)

    async def save_plan(self, draft: PlanDraft) -> CataloguePlan:
        self._scope.require_operator()
        return await editing.save(self._runtime, draft, actor=self._writing().by)

    async def replace_plan(self, plan_id: str, draft: PlanDraft) -> CataloguePlan:
        self._scope.require_operator()
        return await editing.replace(self._runtime, plan_id, draft, actor=self._writing().by)

    def _writing(self) -> Scope:
        """Raises MfaRequired."""
        self._ctx.require_mfa()
        return self._scope
