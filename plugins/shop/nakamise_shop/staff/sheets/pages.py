"""Products out as CSV, and in: upload, preview, apply; the same as JSON."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath, JSONBody
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from nakamise.errors import Conflict, Invalid
from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import N_, Charset, csv_stream, fragment, ngettext_for, page, read_form, see_other, yen
from nakamise_shop.paging import filter_of
from nakamise_shop.saying import say
from nakamise_shop.staff.products.pages import LIST, MANAGE, READ
from nakamise_shop.staff.products.schemas import StaffProductFilter
from nakamise_shop.staff.sheets import imports
from nakamise_shop.staff.sheets import rows as sheet_rows
from nakamise_shop.staff.sheets import runs as import_runs
from nakamise_shop.staff.sheets.columns import label
from nakamise_shop.staff.sheets.imports import Upload
from nakamise_shop.staff.sheets.plan import CellChange, Plan, RowPlan, Verdict
from nakamise_shop.staff.sheets.read import refused
from nakamise_shop.staff.sheets.rows import Encoding
from nakamise_shop.staff.sheets.runs import Run
from nakamise_shop.staff.text import fault_texts, words

AnyRequest = Request[Any, Any, Any]
IMPORT: Final = f"{LIST}/import"
TAGS: Final = ["shop staff"]
ROWS_SHOWN: Final = 200
VERDICTS: Final = {
    Verdict.ERROR: (N_("Error"), "danger"),
    Verdict.NEW: (N_("New"), "info"),
    Verdict.CHANGED: (N_("Changed"), "ok"),
    Verdict.UNCHANGED: (N_("Unchanged"), ""),
}


class ShownRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the preview in words: ``changes`` are (column, before, after), ``faults`` (column, what is wrong)."""

    number: int
    sku: str
    name: str
    verdict: Verdict
    changes: list[tuple[str, str, str]]
    faults: list[tuple[str, str]]


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """``mark`` is to be sent with apply. ``unknown``: columns that were not understood and do nothing."""

    id: uuid.UUID
    mark: str
    can_be_applied: bool
    counts: dict[str, int]
    unknown: list[str]
    rows: list[ShownRow]


class ApplyBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    mark: str


class Applied(msgspec.Struct, frozen=True):
    """How many products are new or changed."""

    changed: int


def _stream(ctx: TenantCtx, request: AnyRequest) -> Stream:
    wanted = filter_of(StaffProductFilter, request.query_params)
    encoding: Encoding = "cp932" if request.query_params.get("encoding") == "cp932" else "utf8"
    charset: Charset = "Shift_JIS" if encoding == "cp932" else "utf-8"
    return csv_stream("products.csv", sheet_rows.product_csv(ctx, wanted, encoding), charset)


@get("/products/export.csv", opt=requires(READ), include_in_schema=False)
async def export_page(request: AnyRequest, ctx: Ctx) -> Stream:
    """What the list's filter shows; ``encoding=cp932`` for old spreadsheets."""
    return await _exported(ctx, request)


@get("/staff/products.csv", opt=requires(READ), tags=TAGS, operation_id="shop_staff_export_products")
async def export_api(request: AnyRequest, ctx: Ctx) -> Stream:
    """Filters as of the product list; ``encoding`` utf8 (with a byte order mark) or cp932."""
    return await _exported(ctx, request)


async def _exported(ctx: TenantCtx, request: AnyRequest) -> Stream:
    async with ctx.begin() as tx:
        await ctx.audit(tx, "shop.products.exported", "", filter=dict(request.query_params))
    return _stream(ctx, request)


@get("/products/import", opt=requires(MANAGE), include_in_schema=False)
async def upload_page(ctx: Ctx) -> Response[bytes]:
    return await page(ctx, "shop/staff_import.html", errors={})


@post("/products/import", opt=requires(MANAGE), include_in_schema=False)
async def upload(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    try:
        import_id = await imports.add(ctx, *await _file(request))
    except Invalid as fault:
        errors = fault_texts(ctx, fault.fields)
        return await page(ctx, "shop/staff_import.html", status=422, errors=errors)
    return see_other(ctx, f"{IMPORT}/{import_id}")


async def _file(request: AnyRequest) -> tuple[str, bytes]:
    given = (await request.form()).get("file")
    data = await given.read() if isinstance(given, UploadFile) else b""
    if not isinstance(given, UploadFile) or not data:
        raise refused(N_("Please choose a file."))
    return given.filename or "", data


@get("/products/import/{import_id:uuid}", opt=requires(MANAGE), include_in_schema=False)
async def preview_page(ctx: Ctx, import_id: FromPath[uuid.UUID]) -> Response[bytes]:
    """What it would change; how far it is, while it is applied; and what came of it."""
    async with ctx.read() as tx:
        found = await imports.find(ctx, tx, import_id)
        run = await import_runs.of_import(tx, import_id)
    if run is not None and run.state != "failed":
        return await _progress(ctx, found, run)
    async with ctx.read() as tx:
        plan = await imports.preview(ctx, tx, found)
    shown = await _preview(ctx, plan, import_id)
    order = {Verdict.ERROR: 0, Verdict.NEW: 1, Verdict.CHANGED: 2, Verdict.UNCHANGED: 3}
    return await page(
        ctx,
        "shop/staff_import_preview.html",
        upload=found,
        failure=import_runs.failure_of(ctx, run),
        preview=shown,
        rows=sorted(shown.rows, key=lambda row: order[row.verdict])[:ROWS_SHOWN],
        verdicts={verdict.value: (words(ctx)(text), kind) for verdict, (text, kind) in VERDICTS.items()},
    )


async def _progress(ctx: TenantCtx, found: Upload, run: Run) -> Response[bytes]:
    template = "shop/staff_import_progress.html"
    if ctx.http.is_partial and run.is_open:
        return await fragment(ctx, template, "progress", upload=found, run=run)
    if ctx.http.is_partial:
        return Response(b"", headers={"HX-Redirect": f"{IMPORT}/{found.id}"})
    return await page(ctx, template, upload=found, run=run)


async def _preview(ctx: TenantCtx, plan: Plan, import_id: uuid.UUID) -> Preview:
    async with ctx.read() as tx:
        paths = await sheet_rows.category_paths(tx)
    return Preview(
        id=import_id,
        mark=plan.mark,
        can_be_applied=plan.can_be_applied,
        counts={verdict.value: plan.count(verdict) for verdict in Verdict},
        unknown=list(plan.unknown),
        rows=[_shown(ctx, row, paths) for row in plan.rows],
    )


def _shown(ctx: TenantCtx, row: RowPlan, paths: Mapping[uuid.UUID, str]) -> ShownRow:
    return ShownRow(
        number=row.number,
        sku=row.sku,
        name=row.name,
        verdict=row.verdict,
        changes=[
            (
                label(one.column, ctx.locale),
                _text(ctx, one, one.before, paths),
                _text(ctx, one, one.after, paths),
            )
            for one in row.changes
        ],
        faults=[(label(column, ctx.locale), say(ctx, fault)) for column, fault in row.faults.items()],
    )


def _text(ctx: TenantCtx, change: CellChange, value: Any, paths: Mapping[uuid.UUID, str]) -> str:
    if change.column in ("price", "compare_at") and value is not None:
        return yen(value)
    found = str(sheet_rows.cell(ctx, change.column, value, paths))
    return found if len(found) <= 60 else f"{found[:59]}…"


@post("/products/import/{import_id:uuid}/apply", opt=requires(MANAGE), include_in_schema=False)
async def apply_page(request: AnyRequest, ctx: Ctx, import_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = (await read_form(request, ApplyBody)).valid()
    async with ctx.read() as tx:
        found = await imports.find(ctx, tx, import_id)
    try:
        if import_runs.is_large(found):
            await import_runs.start(ctx, import_id, form.mark)
            return see_other(ctx, f"{IMPORT}/{import_id}")
        changed = await imports.apply(ctx, import_id, form.mark)
    except (Conflict, Invalid) as fault:
        return see_other(ctx, f"{IMPORT}/{import_id}", flash=import_runs.why(ctx, fault), kind="danger")
    done = ngettext_for(ctx.locale, "shop")("%(num)s product saved.", "%(num)s products saved.", changed)
    return see_other(ctx, LIST, flash=done)


@post("/staff/imports", opt=requires(MANAGE), tags=TAGS, operation_id="shop_staff_upload_products")
async def upload_api(request: AnyRequest, ctx: Ctx) -> Preview:
    """multipart/form-data with the file ``file`` (CSV, UTF-8 or Shift_JIS, at most 5 MB). Writes no product."""
    import_id = await imports.add(ctx, *await _file(request))
    return await _read_preview(ctx, import_id)


@get(
    "/staff/imports/{import_id:uuid}",
    opt=requires(MANAGE),
    tags=TAGS,
    operation_id="shop_staff_preview_import",
)
async def preview_api(ctx: Ctx, import_id: FromPath[uuid.UUID]) -> Preview:
    """What the file would change now."""
    return await _read_preview(ctx, import_id)


async def _read_preview(ctx: TenantCtx, import_id: uuid.UUID) -> Preview:
    async with ctx.read() as tx:
        found = await imports.find(ctx, tx, import_id)
        plan = await imports.preview(ctx, tx, found)
    return await _preview(ctx, plan, import_id)


@post(
    "/staff/imports/{import_id:uuid}/apply",
    opt=requires(MANAGE),
    tags=TAGS,
    operation_id="shop_staff_apply_import",
)
async def apply_api(ctx: Ctx, import_id: FromPath[uuid.UUID], data: JSONBody[ApplyBody]) -> Applied:
    """Everything or nothing. 409 ``plan_changed``: look at the preview again; ``already_applied``; ``has_errors``."""
    return Applied(await imports.apply(ctx, import_id, data.mark))


page_handlers: Final[list[ControllerRouterHandler]] = [
    export_page,
    upload_page,
    upload,
    preview_page,
    apply_page,
]
api_handlers: Final[list[ControllerRouterHandler]] = [export_api, upload_api, preview_api, apply_api]
