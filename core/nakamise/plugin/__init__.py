"""The public contract: what a plugin may import, with ``nakamise.contracts`` and ``nakamise.testing``.

Everything else in ``nakamise`` is private. See docs/reference/plugin-contract.md.
"""

from nakamise.media_settings import MediaSettings
from nakamise.plugin.access import anyone, bounded, in_maintenance, requires, sensitive, signed_in
from nakamise.plugin.api_version import API_VERSION
from nakamise.plugin.companions import Installation, InstallationConfig
from nakamise.plugin.context import Actor, Ctx, Tenant, TenantCtx
from nakamise.plugin.deprecation import deprecated
from nakamise.plugin.events import Delivery, Event, Published
from nakamise.plugin.hooks import (
    ChatHooks,
    CheckoutHooks,
    LifecycleHooks,
    LoginHooks,
    PaymentHooks,
    PricingHooks,
    UiHooks,
    hookimpl,
)
from nakamise.plugin.jobs import Job
from nakamise.plugin.live import LiveTopic
from nakamise.plugin.mail_texts import MailText, MailWords
from nakamise.plugin.manifest import (
    JobType,
    Listen,
    Manifest,
    Mount,
    NavItem,
    Need,
    Permission,
    Privacy,
    SealedColumn,
    SlotItem,
    Task,
    Widget,
)
from nakamise.plugin.meters import Meter, MeterUsage, Span
from nakamise.plugin.rooms import Admission, Localized, Presence, Room, RoomKind
from nakamise.plugin.services import ServiceOff
from nakamise.plugin.slots import SUBJECTS, Slot

__all__ = [
    "API_VERSION",
    "SUBJECTS",
    "Actor",
    "Admission",
    "ChatHooks",
    "CheckoutHooks",
    "Ctx",
    "Delivery",
    "Event",
    "Installation",
    "InstallationConfig",
    "Job",
    "JobType",
    "LifecycleHooks",
    "Listen",
    "LiveTopic",
    "Localized",
    "LoginHooks",
    "MailText",
    "MailWords",
    "Manifest",
    "MediaSettings",
    "Meter",
    "MeterUsage",
    "Mount",
    "NavItem",
    "Need",
    "PaymentHooks",
    "Permission",
    "Presence",
    "PricingHooks",
    "Privacy",
    "Published",
    "Room",
    "RoomKind",
    "SealedColumn",
    "ServiceOff",
    "Slot",
    "SlotItem",
    "Span",
    "Task",
    "Tenant",
    "TenantCtx",
    "UiHooks",
    "Widget",
    "anyone",
    "bounded",
    "deprecated",
    "hookimpl",
    "in_maintenance",
    "requires",
    "sensitive",
    "signed_in",
]
