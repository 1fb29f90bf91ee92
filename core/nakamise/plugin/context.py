"""Who is asking, for which tenant: the only way to data."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from litestar.di import NamedDependency

from nakamise.admin.site.settings import SiteSettings, site_of
from nakamise.auth import appointing
from nakamise.auth.addresses import admin_addresses
from nakamise.db import Tx
from nakamise.errors import Forbidden, MfaRequired, Unauthenticated
from nakamise.mail.wording import words_of
from nakamise.plans import measuring, usage
from nakamise.plugin.audit import write_audit
from nakamise.plugin.mail_texts import MailWords
from nakamise.plugin.meters import MeterUsage
from nakamise.plugin.rooms import Room
from nakamise.rooms.address import ROOM_ID, RoomKey

if TYPE_CHECKING:
    from nakamise.egress import Egress
    from nakamise.host.lineup import Lineup
    from nakamise.host.vault import Vault
    from nakamise.plugin.events import Event
    from nakamise.runtime import Runtime

S = TypeVar("S")
ST = TypeVar("ST", bound=msgspec.Struct)
_set: Final = object.__setattr__


class Tenant(msgspec.Struct, frozen=True, kw_only=True):
    """One white-label site as the directory knows it. ``plugins`` is what is on, the same object for equal sets."""

    id: uuid.UUID
    schema: str
    slug: str
    name: str
    state: str
    canonical_host: str
    locale: str = "ja"
    timezone: str = "Asia/Tokyo"
    currency: str = "JPY"
    brand: Mapping[str, Any] = {}
    plugins: frozenset[str] = frozenset()
    plugin_settings: Mapping[str, Mapping[str, Any]] = {}
    settings_versions: Mapping[str, int] = {}
    version: int = 0
    # The agency whose console this tenant is; ``is_operator``: the operators' own.
    console_of: uuid.UUID | None = None
    is_operator: bool = False

    @property
    def is_active(self) -> bool:
        """Suspended tenants answer "unavailable" to everything; nothing of theirs is deleted."""
        return self.state == "active"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who acts: a guest (no ``user_id``), a user, or the system itself in a job.

    ``has_mfa``: this session passed a second factor. ``impersonator`` names somebody of the agency who acts
    as this user for a while, in an announced and logged way.
    """

    user_id: uuid.UUID | None = None
    session_id: uuid.UUID | None = None
    display_name: str = ""
    email: str = ""
    email_verified: bool = False
    avatar: str | None = None
    roles: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    is_system: bool = False
    has_mfa: bool = False
    impersonator: str | None = None

    @property
    def name_in_log(self) -> str:
        """Who really acted, first."""
        return f"{self.impersonator} → {self.display_name}" if self.impersonator else self.display_name

    @property
    def is_guest(self) -> bool:
        return self.user_id is None and not self.is_system

    def can(self, permission: str) -> bool:
        return self.is_system or permission in self.permissions


GUEST = Actor()
SYSTEM = Actor(is_system=True)


class HttpInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What a page needs to know of its request. ``origin`` is scheme://host[:port] of this request."""

    method: str = "GET"
    path: str = "/"
    query: str = ""
    origin: str = ""
    nonce: str = ""
    client: str = ""
    user_agent: str = ""
    secure: bool = False
    is_partial: bool = False
    # A page of this very site shows the answer in a frame, and draws its own way around it.
    is_framed: bool = False
    is_api: bool = False
    # A script that reads answers itself: refusals come as problem+json on pages too.
    wants_json: bool = False
    cookies: Mapping[str, str] = {}


class TenantCtx:
    """The tenant, the actor and what is on. Route handlers, hooks, event handlers and tasks get one."""

    __slots__ = ("actor", "http", "lineup", "locale", "runtime", "tenant")

    runtime: Runtime
    tenant: Tenant
    actor: Actor
    lineup: Lineup
    locale: str
    http: HttpInfo

    def __init__(
        self,
        runtime: Runtime,
        tenant: Tenant,
        actor: Actor,
        lineup: Lineup,
        *,
        locale: str | None = None,
        http: HttpInfo | None = None,
    ) -> None:
        _set(self, "runtime", runtime)
        _set(self, "tenant", tenant)
        _set(self, "actor", actor)
        _set(self, "lineup", lineup)
        _set(self, "locale", locale or tenant.locale)
        _set(self, "http", http or HttpInfo())

    def __setattr__(self, name: str, value: object) -> NoReturn:
        """Everybody who works on a request has the same context; nobody changes it for the others."""
        raise AttributeError(f"a context does not change: {name}")

    def begin(self) -> AbstractAsyncContextManager[Tx]:
        """A read-write transaction on this tenant's schema; commits at the end of the block."""
        return self.runtime.db.tenant(self.tenant.schema)

    def read(self) -> AbstractAsyncContextManager[Tx]:
        """A read-only transaction."""
        return self.runtime.db.tenant(self.tenant.schema, read_only=True)

    def snapshot(self) -> AbstractAsyncContextManager[Tx]:
        """A read-only transaction whose statements all see the same moment: for pages whose figures must agree."""
        return self.runtime.db.tenant(self.tenant.schema, snapshot=True)

    def now(self) -> datetime:
        """The clock's time in UTC; money is decided by the database's own ``now()``."""
        return self.runtime.clock.now()

    def is_on(self, plugin_id: str) -> bool:
        return plugin_id in self.tenant.plugins

    def settings(self, type_: type[ST]) -> ST:
        """The tenant's settings of the plugin that declared ``type_``, defaults filled in."""
        return self.runtime.host.settings(self.tenant, type_)

    @property
    def site(self) -> SiteSettings:
        """The settings of the whole site: maintenance, one brand only, registration, …"""
        return site_of(self.tenant)

    def seal(self, place: str, text: str) -> str:
        """Encrypt ``text`` for a column of the plugin's own.

        It opens only for this tenant and ``place``: name table, column and row, ``"hooks_target.secret/<id>"``.
        """
        return self._vault().seal(self.tenant.id, place, text)

    def unseal(self, place: str, sealed: str) -> str:
        """The text that ``seal`` took. Raises ``errors.Unsealable``: other tenant, other place, unknown key."""
        return self._vault().unseal(self.tenant.id, place, sealed)

    def _vault(self) -> Vault:
        vault = self.runtime.host.vault
        if vault is None:
            raise RuntimeError("the runtime has no vault")
        return vault

    def service(self, type_: type[S]) -> S:
        """The provider that is on for this tenant. Raises ServiceOff."""
        return self.runtime.host.service(self, type_)

    def optional_service(self, type_: type[S]) -> S | None:
        return self.runtime.host.optional_service(self, type_)

    async def companion(self, type_: type[S]) -> S:
        """What a plugin keeps running in this process, for all tenants; see ``Manifest.companions``."""
        return await self.runtime.companions.get(self.runtime, type_)

    async def publish(self, tx: Tx, event: Event) -> uuid.UUID:
        """Write ``event`` and its deliveries in ``tx``."""
        return await self.runtime.events.publish(self, tx, event)

    @property
    def topics(self) -> tuple[str, ...]:
        """Of the events that plugins which are on here publish, sorted."""
        return self.runtime.host.topics(self.tenant.plugins)

    @property
    def egress(self) -> Egress:
        """For calls to addresses that somebody typed in; see ``nakamise.egress``."""
        return self.runtime.egress

    async def push(
        self, tx: Tx, topic: str, data: msgspec.Struct, *, user_id: uuid.UUID | None = None
    ) -> None:
        """Tell the tenant's open pages when ``tx`` commits; ``topic`` is a ``LiveTopic`` of the manifest.

        ``user_id`` None: everybody who may hear the topic. Raises LookupError for a topic that is not declared or
        of a plugin that is off, ``events.live.LiveTooLarge`` for more than about 7 KB.
        """
        declared = self.runtime.host.live_topic(topic, self.tenant.plugins)
        if declared is None:
            raise LookupError(f"no live topic {topic!r} is on here")
        if (declared.audience == "user") != (user_id is not None):
            raise ValueError(f"{topic}: user_id goes with the audience 'user'")
        await self.runtime.live.push(tx, self.tenant.id, topic, data, user_id)

    def room(self, kind: str, room_id: str | uuid.UUID) -> Room:
        """One room of this tenant; ``kind`` is a ``RoomKind`` of the manifest.

        Raises LookupError for a kind that is not declared or of a plugin that is off, ValueError for an id that is
        not made of 1 to 64 letters, digits, - and _.
        """
        found = self.runtime.host.room_kind(kind, self.tenant.plugins)
        if found is None:
            raise LookupError(f"no room kind {kind!r} is on here")
        if ROOM_ID.match(str(room_id)) is None:
            raise ValueError(f"not a room id: {room_id!r}")
        return Room(self.runtime.rooms, found.kind, RoomKey(self.tenant.id, kind, str(room_id)))

    async def send_mail(
        self,
        tx: Tx,
        template: str,
        to: str,
        *,
        locale: str | None = None,
        unsubscribe: str = "",
        **data: object,
    ) -> uuid.UUID:
        """Queue a mail in ``tx``; it leaves after the commit. ``template`` as in the mail reference. Gives the id of its
        row in core_mail, which says later whether it went out.

        ``unsubscribe``: a path that ends such mails by a POST without a login, for mails that nobody's own act
        caused (RFC 8058).
        """
        ctx = self if locale is None else self.in_language(locale)
        return await self.runtime.mail.queue(ctx, tx, template, to, unsubscribe=unsubscribe, **data)

    async def mail_words(
        self, tx: Tx, text_id: str, *, locale: str | None = None, **values: str
    ) -> MailWords:
        """Subject and paragraphs of a ``MailText`` of the manifest, in the tenant's own words where it has some.

        Raises LookupError for a text that no plugin declares which is on here, and for a value that is missing.
        """
        ctx = self if locale is None else self.in_language(locale)
        return await words_of(ctx, tx, text_id, values)

    async def mail_admins(self, tx: Tx, template: str, **data: object) -> None:
        """``send_mail`` to each administrator, in the tenant's language."""
        for email in await admin_addresses(tx):
            await self.send_mail(tx, template, email, locale=self.tenant.locale, unsubscribe="", **data)

    async def audit(self, tx: Tx, act: str, subject: str, **detail: object) -> None:
        """Write who did what to the tenant's audit log, in ``tx``; no secrets in ``detail``."""
        await write_audit(self, tx, act, subject, detail)

    async def appoint(self, tx: Tx, user_id: uuid.UUID, role_id: str) -> bool:
        """Give the user a role, in force with their next request and written to the audit log; False: had it.

        Whoever calls has decided that they may have it: nobody's rights are asked. Raises NotFound (user, role),
        Conflict (code ``not_active``), LimitReached when the plan has no seat left.
        """
        return await appointing.appoint(self, tx, user_id, role_id)

    async def take(self, tx: Tx, meter: str, n: int = 1) -> None:
        """Count ``n`` more of ``meter`` in ``tx``, before they are made.

        Raises LimitReached when the plan allows fewer, KeyError for a meter that no usable plugin declares.
        """
        await usage.take(self, tx, meter, n)

    async def give_back(self, tx: Tx, meter: str, n: int = 1) -> None:
        """``n`` of ``meter`` went away, in ``tx``."""
        await usage.give_back(self, tx, meter, n)

    async def usage(self, tx: Tx, meter: str) -> MeterUsage:
        """How much of ``meter`` is used, and what the plan allows. Raises KeyError as :meth:`take` does."""
        return await measuring.usage_of_one(self, tx, meter)

    async def enqueue(
        self,
        tx: Tx,
        name: str,
        payload: msgspec.Struct | Mapping[str, Any],
        *,
        run_at: datetime | None = None,
        key: str | None = None,
        once: str | None = None,
    ) -> uuid.UUID | None:
        """Queue a job in ``tx``; see ``JobQueue.enqueue``."""
        return await self.runtime.jobs.enqueue(tx, name, payload, run_at=run_at, key=key, once=once)

    def require_user(self) -> uuid.UUID:
        """The signed-in user's id. Raises Unauthenticated."""
        if self.actor.user_id is None:
            raise Unauthenticated("Please log in.")
        return self.actor.user_id

    def require_verified(self) -> uuid.UUID:
        """Like ``require_user``, and the e-mail address is confirmed. Raises Forbidden."""
        user_id = self.require_user()
        if not self.actor.email_verified:
            raise Forbidden("Please confirm your e-mail address first.", code="email_unverified")
        return user_id

    def require(self, permission: str) -> None:
        """Raises Unauthenticated or Forbidden; MfaRequired where the permission asks for a second factor."""
        if not self.actor.can(permission):
            if self.actor.is_guest:
                raise Unauthenticated("Please log in.")
            raise Forbidden("You may not do this.")
        if self.runtime.host.needs_mfa(permission):
            self.require_mfa()

    def require_mfa(self) -> None:
        """Raises MfaRequired for a session that did not pass a second factor."""
        if not (self.actor.has_mfa or self.actor.is_system):
            raise MfaRequired

    def in_language(self, locale: str) -> TenantCtx:
        """The same tenant and actor, speaking ``locale``: for mails to somebody else."""
        return TenantCtx(self.runtime, self.tenant, self.actor, self.lineup, locale=locale, http=self.http)

    def acting_as(self, actor: Actor) -> TenantCtx:
        """The same request with somebody else acting."""
        return TenantCtx(self.runtime, self.tenant, actor, self.lineup, locale=self.locale, http=self.http)

    def as_system(self) -> TenantCtx:
        return TenantCtx(self.runtime, self.tenant, SYSTEM, self.lineup, locale=self.tenant.locale)

    def url(self, path: str) -> str:
        """An absolute URL on the tenant's canonical host: for mails, never from the request."""
        return self.runtime.directory.base_url(self.tenant) + path


Ctx: TypeAlias = NamedDependency[TenantCtx]
"""How a route handler asks for its context: a parameter ``ctx: Ctx``."""
