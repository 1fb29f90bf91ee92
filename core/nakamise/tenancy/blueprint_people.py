"""The pages and users of a blueprint."""

from __future__ import annotations

import uuid

from nakamise.contracts.blueprint import Blueprint
from nakamise.db import Tx
from nakamise.ids import uuid7
from nakamise.plugin.context import TenantCtx
from nakamise.tenancy.blueprint_file import Address, BlueprintError, Page, TenantFile, User


async def write_pages(ctx: TenantCtx, blueprint: Blueprint, file: TenantFile) -> None:
    """A page whose words changed gets a new version; who agreed to the old one is asked again."""
    async with ctx.begin() as tx:
        for weight, page in enumerate(file.legal.pages):
            for locale, title, relative in _languages(page):
                body = blueprint.file(relative).read_text(encoding="utf-8")
                await tx.execute(
                    "INSERT INTO core_page (slug, locale, title, body, weight) VALUES ($1, $2, $3, $4, $5)"
                    " ON CONFLICT (slug, locale) DO UPDATE SET title = excluded.title, body = excluded.body,"
                    " weight = excluded.weight, version = core_page.version + 1, changed_at = now()"
                    " WHERE (core_page.title, core_page.body) <> (excluded.title, excluded.body)",
                    page.slug,
                    locale,
                    title,
                    body,
                    weight,
                )


def _languages(page: Page) -> list[tuple[str, str, str]]:
    languages = [("ja", page.title, page.ja)]
    if page.en:
        languages.append(("en", page.title_en or page.title, page.en))
    return languages


async def write_users(ctx: TenantCtx, blueprint: Blueprint, file: TenantFile) -> None:
    """Users that are there keep what they changed themselves."""
    for user in file.users:
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
            await _write_addresses(tx, user_id, user)


async def _write_addresses(tx: Tx, user_id: uuid.UUID, user: User) -> None:
    if await tx.value("SELECT 1 FROM core_address WHERE user_id = $1 LIMIT 1", user_id):
        return
    for address in user.addresses:
        family, given = _two_words(user, address, address.name)
        family_kana, given_kana = _two_words(user, address, address.kana)
        await tx.execute(
            "INSERT INTO core_address (id, user_id, label, family_name, given_name, family_kana, given_kana,"
            " postal_code, prefecture, city, line1, line2, phone, is_default)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
            *(uuid7(), user_id, address.label, family, given, family_kana, given_kana),
            *(address.postal_code.replace("-", ""), address.prefecture, address.city, address.line1),
            *(address.line2, address.phone.replace("-", ""), address.default),
        )


def _two_words(user: User, address: Address, name: str) -> tuple[str, str]:
    family, space, given = name.partition(" ")
    if not space:
        raise BlueprintError(f"users.{user.email}.addresses: {name!r} needs a space between family and given name")
    return family, given
