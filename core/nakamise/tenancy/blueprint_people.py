"""The pages and users of a blueprint."""

from __future__ import annotations

import uuid

from nakamise.account.addresses import AddressInput, add_address, addresses_of
from nakamise.admin.site.legal import keep_version
from nakamise.auth import totp
from nakamise.contracts.blueprint import Blueprint
from nakamise.db import Tx
from nakamise.errors import Invalid, NotFound
from nakamise.plugin.context import TenantCtx
from nakamise.tenancy.blueprint_file import Address, BlueprintError, Page, TenantFile, User, named


async def write_pages(ctx: TenantCtx, blueprint: Blueprint, file: TenantFile) -> None:
    """A page whose words changed gets a new version; who agreed to the old one is asked again."""
    async with ctx.begin() as tx:
        for weight, page in enumerate(file.legal.pages):
            for locale, title, relative in _languages(page):
                body = named(blueprint.file(relative).read_text(encoding="utf-8"), file.tenant.name)
                await tx.execute(
                    "INSERT INTO core_page (slug, locale, title, body, weight) VALUES ($1, $2, $3, $4, $5)"
                    " ON CONFLICT (slug, locale) DO UPDATE SET title = excluded.title, body = excluded.body,"
                    " weight = excluded.weight, version = core_page.version + 1, changed_at = excluded.changed_at"
                    " WHERE (core_page.title, core_page.body) <> (excluded.title, excluded.body)",
                    page.slug,
                    locale,
                    title,
                    body,
                    weight,
                )
            await keep_version(ctx, tx, page.slug)


def _languages(page: Page) -> list[tuple[str, str, str]]:
    languages = [("ja", page.title, page.ja)]
    if page.en:
        languages.append(("en", page.title_en or page.title, page.en))
    return languages


async def write_users(ctx: TenantCtx, blueprint: Blueprint, file: TenantFile) -> None:
    """Users that are there keep what they changed themselves."""
    for user in file.users:
        try:
            await _write_user(ctx, blueprint, user)
        except NotFound as error:
            raise BlueprintError(f"users.{user.email}.roles: {error.message}") from error
        except Invalid as error:
            raise BlueprintError(f"users.{user.email}.addresses: {', '.join(error.fields)}") from error


async def _write_user(ctx: TenantCtx, blueprint: Blueprint, user: User) -> None:
    avatar = uuid.UUID(await blueprint.picture(user.avatar)) if user.avatar else None
    async with ctx.begin() as tx:
        user_id = await ctx.runtime.auth.ensure_user(
            tx,
            email=user.email,
            password=user.password,
            display_name=user.display_name,
            roles=user.roles,
            avatar_id=avatar,
            registered_at=user.registered_at,
        )
        if user.totp_secret:
            await _enrol(ctx, tx, user_id, user.totp_secret)
        if await addresses_of(tx, user_id):
            return
        for address in user.addresses:
            await add_address(tx, user_id, _input(address), ctx.now())


async def _enrol(ctx: TenantCtx, tx: Tx, user_id: uuid.UUID, secret: str) -> None:
    """Raises BlueprintError where a public secret would be a hole."""
    if ctx.runtime.settings.environment != "demo":
        raise BlueprintError("users.totp_secret: only the demo may have one")
    await totp.enrol(tx, ctx.runtime.auth.totp_sealer, ctx.tenant, user_id, secret)


def _input(address: Address) -> AddressInput:
    family_name, _, given_name = address.name.partition(" ")
    family_kana, _, given_kana = address.kana.partition(" ")
    return AddressInput(
        label=address.label,
        family_name=family_name,
        given_name=given_name,
        family_kana=family_kana,
        given_kana=given_kana,
        postal_code=address.postal_code,
        prefecture=address.prefecture,
        city=address.city,
        line1=address.line1,
        line2=address.line2,
        phone=address.phone,
        is_default=address.default,
    )
