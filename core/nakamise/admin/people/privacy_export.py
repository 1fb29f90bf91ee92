"""A copy of everything that is known about one person (APPI art. 33, GDPR art. 15 and 20), as JSON and CSV."""

from __future__ import annotations

import io
import uuid
import zipfile
from typing import Any, Final

import msgspec

from nakamise.account.addresses import addresses_of
from nakamise.admin.people.plugins_asked import asked, plugins_with_data
from nakamise.auth.roles import roles_of
from nakamise.auth.users import user_by_id
from nakamise.db import Tx
from nakamise.plugin.context import TenantCtx
from nakamise.ui.i18n import N_, gettext_for
from nakamise.ui.sheets import BOM, csv_text

Records = dict[str, Any]
_SESSIONS: Final = "SELECT user_agent, client, created_at, last_seen_at FROM core_session WHERE user_id = $1 ORDER BY created_at"
_LINKS: Final = "SELECT issuer, subject, linked_at, last_used_at FROM core_external_login WHERE user_id = $1 ORDER BY linked_at"
_ACTS: Final = "SELECT at, act, ip FROM core_audit WHERE actor_id = $1 ORDER BY at, id"
_MAILS: Final = (
    "SELECT created_at, subject, state FROM core_mail WHERE recipient = $1 ORDER BY created_at, id"
)
_NOTE: Final = N_(
    "A copy of the data that %(site)s keeps about you, made at %(time)s. Each .json file holds one part; the"
    " .csv files hold its lists for spreadsheets."
)


async def export_person(ctx: TenantCtx, tx: Tx, user_id: uuid.UUID) -> bytes:
    """A zip file. Noted in the log and on the user: erasing asks for a recent copy. Raises NotFound, Conflict."""
    parts = {"account": await _account(tx, user_id)}
    for plugin in await plugins_with_data(ctx, tx):
        if plugin.export is None:
            continue
        told = await asked(ctx, tx, plugin.manifest.id, plugin.export, user_id)
        if told is not None:
            parts[plugin.manifest.id] = msgspec.to_builtins(told)
    await tx.execute("UPDATE core_user SET exported_at = $2 WHERE id = $1", user_id, ctx.now())
    await ctx.audit(tx, "core.user.exported", str(user_id), parts=sorted(parts))
    return _packed(ctx, parts)


async def _account(tx: Tx, user_id: uuid.UUID) -> Records:
    user = msgspec.to_builtins(await user_by_id(tx, user_id))
    del user["password_hash"]
    return {
        **user,
        "roles": [role.id for role in await roles_of(tx, user_id)],
        "addresses": msgspec.to_builtins(await addresses_of(tx, user_id)),
        "sessions": await _rows(tx, _SESSIONS, user_id),
        "external_logins": await _rows(tx, _LINKS, user_id),
        "acts": await _rows(tx, _ACTS, user_id),
        "mails": await _rows(tx, _MAILS, user["email"]),
    }


async def _rows(tx: Tx, query: str, key: object) -> list[Records]:
    rows = await tx.all(dict[str, Any], query, key)
    return [msgspec.to_builtins(row) for row in rows]


def _packed(ctx: TenantCtx, parts: dict[str, Records]) -> bytes:
    _ = gettext_for(ctx.locale, "core")
    made_at = f"{ctx.now().astimezone(ctx.tenant.zone):%Y-%m-%d %H:%M}"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", BOM + _(_NOTE, site=ctx.tenant.name, time=made_at) + "\r\n")
        for name, records in parts.items():
            archive.writestr(f"{name}.json", msgspec.json.format(msgspec.json.encode(records), indent=2))
            for field, values in records.items():
                if isinstance(values, list) and values:
                    archive.writestr(f"{name}_{field}.csv", BOM + _table(field, values))
    return out.getvalue()


def _table(field: str, values: list[Any]) -> str:
    """One line for each of ``values``; nested things stay JSON in their cell."""
    if not all(isinstance(value, dict) for value in values):
        return csv_text([[field], *([_cell(value)] for value in values)])
    columns = list(dict.fromkeys(column for value in values for column in value))
    return csv_text([columns, *([_cell(value.get(column)) for column in columns] for value in values)])


def _cell(value: Any) -> object:
    if value is None:
        return ""
    if isinstance(value, (dict, list)):
        return msgspec.json.encode(value).decode()
    return value
