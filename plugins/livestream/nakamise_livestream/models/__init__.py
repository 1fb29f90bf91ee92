"""Tables as SQLAlchemy Core sees them: equal to the migrations, which a test compares."""

from nakamise_livestream.models.archive import chapter, recording, replay_viewer, segment
from nakamise_livestream.models.base import metadata
from nakamise_livestream.models.broadcasters import broadcaster
from nakamise_livestream.models.broadcasts import broadcast, category, series
from nakamise_livestream.models.chat import chat, chatter, comment, minute
from nakamise_livestream.models.guests import guest
from nakamise_livestream.models.parts import (
    label_log,
    moderator,
    pin,
    product,
    reminder,
    run_item,
    stream_key,
)
from nakamise_livestream.models.sales import interest, sale
from nakamise_livestream.models.watched import metered, publication, watched

__all__ = [
    "broadcast",
    "broadcaster",
    "category",
    "chapter",
    "chat",
    "chatter",
    "comment",
    "guest",
    "interest",
    "label_log",
    "metadata",
    "metered",
    "minute",
    "moderator",
    "pin",
    "product",
    "publication",
    "recording",
    "reminder",
    "replay_viewer",
    "run_item",
    "sale",
    "segment",
    "series",
    "stream_key",
    "watched",
]
