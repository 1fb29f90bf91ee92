"""The manifest: data only."""

from __future__ import annotations

from typing import Final

from nakamise.plugin import (
    JobType,
    Listen,
    LiveTopic,
    Manifest,
    Mount,
    NavItem,
    Permission,
    Privacy,
    RoomKind,
    SealedColumn,
    Slot,
    SlotItem,
    Task,
    Widget,
)
from nakamise_hello.settings import HelloSettings

# Boxes that every other slot gets while the tenant wants marks; a mail's box has a text beside it.
MARKED: Final = tuple(slot for slot in Slot if slot not in (Slot.PRODUCT_BELOW_PRICE, Slot.MAIL_FOOTER))

manifest: Final = Manifest(
    id="hello",
    api="1.0",
    version="1.2.3",
    title="Greetings",
    summary="Greets visitors and takes a little off each piece.",
    after=("shop",),
    hooks="nakamise_hello.hooks:Hooks",
    mounts=(
        Mount("pages", "nakamise_hello.pages:route_handlers"),
        Mount("admin", "nakamise_hello.pages:admin_handlers"),
        Mount("api", "nakamise_hello.api:route_handlers"),
    ),
    models="nakamise_hello.models",
    migrations="nakamise_hello.migrations",
    settings=HelloSettings,
    permissions=(Permission("hello.manage", "Manage greetings", ("admin",)),),
    publishes=("hello.greeted.1",),
    listens=(Listen("hello.greeted.1", "nakamise_hello.events:count_greeting"),),
    jobs=(JobType("hello.greet_later", "nakamise_hello.jobs:greet_later"),),
    tasks=(Task("hello.tidy", "nakamise_hello.jobs:tidy", 3600),),
    slots=(
        SlotItem(Slot.PRODUCT_BELOW_PRICE, "hello/price_box.html", 40),
        SlotItem(Slot.MAIL_FOOTER, "hello/mail_mark.html"),
        *(SlotItem(slot, "hello/mark.html") for slot in MARKED if slot is not Slot.ERROR_SECTION),
        SlotItem(Slot.ERROR_SECTION, "hello/error_mark.html"),
    ),
    widgets=(
        Widget(
            id="hello.figures",
            label="Greetings",
            handler="nakamise_hello.widget:figures",
            permission="hello.manage",
            icon="sparkles",
        ),
    ),
    live=(
        LiveTopic(id="hello.greeted"),
        LiveTopic(id="hello.yours", audience="user"),
        LiveTopic(id="hello.kept", audience="staff", permission="hello.manage"),
    ),
    rooms=(RoomKind(id="hello.hall", admit="nakamise_hello.rooms:admit", history=50),),
    nav=(
        NavItem(area="site", label="Greetings", path="/hello/greetings", icon="sparkles", weight=80),
        NavItem(area="account", label="My greetings", path="/hello/mine", icon="sparkles", weight=80),
        NavItem(
            area="admin",
            label="Greetings",
            path="/admin/hello/greetings",
            icon="sparkles",
            group="Hello",
            permission="hello.manage",
            weight=80,
        ),
    ),
    privacy=Privacy("nakamise_hello.privacy:export", "nakamise_hello.privacy:erase"),
    sealed=(SealedColumn("hello_greeting", "note"),),
    css=("hello.css",),
    js_under={"/hello": ("page.js",)},
)
