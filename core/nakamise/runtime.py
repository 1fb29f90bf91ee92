"""The parts of a running installation, wired once; everything else receives what it needs from here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nakamise.auth.service import Auth
    from nakamise.clock import Clock
    from nakamise.db import Database
    from nakamise.egress import Egress
    from nakamise.events.bus import EventBus
    from nakamise.events.live import LiveHub
    from nakamise.host.companions import Companions
    from nakamise.host.registry import PluginHost
    from nakamise.jobs.queue import JobQueue
    from nakamise.mail.outbox import MailOutbox
    from nakamise.rooms.hub import RoomHub
    from nakamise.settings import Settings
    from nakamise.storage import ObjectStore
    from nakamise.tenancy.directory import Directory
    from nakamise.ui.renderer import Renderer


@dataclass(slots=True)
class Runtime:
    settings: Settings
    clock: Clock
    db: Database
    host: PluginHost
    companions: Companions
    directory: Directory
    jobs: JobQueue
    events: EventBus
    egress: Egress
    live: LiveHub
    rooms: RoomHub
    auth: Auth
    store: ObjectStore
    mail: MailOutbox
    renderer: Renderer
