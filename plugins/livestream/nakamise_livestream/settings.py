"""What a tenant's admin may set; the form is generated from this."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from nakamise.plugin.settings import LongText


class LivestreamSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    page_size: Annotated[int, Meta(ge=6, le=96, title="Broadcasts on a page")] = 24
    auto_approve: Annotated[
        bool,
        Meta(
            title="Approve applications at once",
            description="Whoever applies may broadcast without anybody looking at it.",
        ),
    ] = False
    agreement: Annotated[
        LongText,
        Meta(
            max_length=10_000,
            title="Terms for broadcasters",
            description="Who applies agrees to this. Empty: only the site's own terms.",
        ),
    ] = ""
    max_minutes: Annotated[
        int,
        Meta(
            ge=10,
            le=1440,
            title="Longest broadcast, in minutes",
            description="Then it ends by itself. Staff can allow more for a single broadcast.",
        ),
    ] = 480
    lost_minutes: Annotated[
        int,
        Meta(
            ge=1,
            le=120,
            title="Minutes without picture until the end",
            description="A broadcast whose sender does not come back ends after this.",
        ),
    ] = 10
    auto_start: Annotated[
        bool,
        Meta(
            title="Start when a programme sends",
            description="A broadcast goes on the air as soon as a programme with its stream key connects.",
        ),
    ] = False
    expire_minutes: Annotated[
        int,
        Meta(
            ge=5,
            le=1440,
            title="Minutes until a broadcast that was not started expires",
            description="Counted from the time that was announced.",
        ),
    ] = 60
    remind_host_minutes: Annotated[
        int, Meta(ge=0, le=1440, title="Remind the broadcaster, minutes before")
    ] = 10
    remind_viewers_minutes: Annotated[
        int,
        Meta(
            ge=0,
            le=1440,
            title="Remind viewers, minutes before",
            description="Those who asked for it on the broadcast's page.",
        ),
    ] = 15
    weeks_ahead: Annotated[
        int, Meta(ge=1, le=26, title="Weeks that a weekly broadcast is announced ahead")
    ] = 4
    attribution_hours: Annotated[
        int,
        Meta(
            ge=1,
            le=720,
            title="Hours in which an order counts for a broadcast",
            description="From the moment somebody puts the product into the cart while watching.",
        ),
    ] = 24
    products_max: Annotated[int, Meta(ge=1, le=200, title="Products of one broadcast at most")] = 50
    archive_publish: Annotated[
        bool,
        Meta(
            title="Publish recordings by themselves",
            description="When a broadcast is over. Its host can say otherwise before and after.",
        ),
    ] = True
    archive_days: Annotated[
        int,
        Meta(
            ge=0,
            le=3650,
            title="Days that recordings are kept",
            description="0: until somebody deletes them.",
        ),
    ] = 0
    embed_sites: Annotated[
        LongText,
        Meta(
            max_length=5_000,
            pattern=r"^\s*((https://[a-z0-9.-]+|http://localhost)(:\d{1,5})?(\s+|$))*$",
            title="Sites that may show broadcasts",
            description="Addresses such as https://www.example.com, one a line. "
            "Each broadcast's page under Monitoring has the lines to put there.",
        ),
    ] = ""
    chat_words: Annotated[
        LongText,
        Meta(
            max_length=20_000,
            title="Words that may not be used in comments",
            description="One a line. Found however they are written: width, case, hiragana or katakana.",
        ),
    ] = ""
    chat_words_do: Annotated[
        Literal["mask", "refuse"],
        Meta(
            title="What happens to a comment with such a word",
            extra={"labels": {"mask": "The word is hidden", "refuse": "It is not accepted"}},
        ),
    ] = "mask"
