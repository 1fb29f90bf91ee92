"""Builds what an installation consists of, for servers and commands alike; ``app`` adds what a server answers."""

from __future__ import annotations

from copy import copy

from nakamise.admin.site import seals
from nakamise.auth import housekeeping
from nakamise.auth.service import Auth
from nakamise.clock import Clock, SystemClock
from nakamise.db import Database
from nakamise.egress import Egress
from nakamise.events.bus import EventBus
from nakamise.events.live import LiveHub
from nakamise.host.companions import Companions
from nakamise.host.registry import PluginHost
from nakamise.host.routes import Mounting
from nakamise.host.vault import Vault
from nakamise.jobs.queue import JobQueue
from nakamise.mail.outbox import MailOutbox
from nakamise.plans import chores as plan_chores
from nakamise.rooms.opening import open_rooms
from nakamise.runtime import Runtime
from nakamise.settings import Settings
from nakamise.storage import open_store
from nakamise.tenancy.agencies import chores as control_chores
from nakamise.tenancy.directory import Directory
from nakamise.tenancy.roles import app_url, control_role
from nakamise.tenancy.transfer import worker as transfer_worker
from nakamise.ui.renderer import Renderer


async def build_runtime(
    settings: Settings,
    *,
    clock: Clock | None = None,
    host: PluginHost | None = None,
    mounting: Mounting = Mounting.TRIED,
) -> Runtime:
    """Connect to a prepared database (see ``tenancy.bootstrap``) and load what is installed, unless ``host``
    says what that is."""
    host = host or PluginHost.discover(safe_mode=settings.safe_mode, mounting=mounting)
    # The vault is this runtime's own, also where several runtimes are built on what was discovered once.
    host = copy(host)
    host.vault = Vault(settings.secret_key, settings.old_secret_keys)
    db = await Database.connect(
        app_url(settings), control_role=control_role(settings), size=settings.pool_size
    )
    jobs = JobQueue()
    housekeeping.register(jobs)
    plan_chores.register(jobs)
    control_chores.register(jobs)
    transfer_worker.register(jobs)
    seals.register(jobs)
    return Runtime(
        settings=settings,
        clock=clock or SystemClock(),
        db=db,
        host=host,
        companions=Companions(host.companions()),
        directory=await Directory.open(settings, db),
        jobs=jobs,
        events=EventBus(jobs),
        egress=Egress(
            https_only=settings.environment == "production", allow=settings.egress_allow, dns=settings.dns
        ),
        live=LiveHub(settings),
        rooms=open_rooms(settings),
        auth=Auth(settings, db, clock),
        store=open_store(settings),
        mail=MailOutbox(jobs, settings),
        renderer=Renderer(host.template_sources()),
    )


async def close_runtime(runtime: Runtime) -> None:
    await runtime.companions.close()
    await runtime.live.close()
    await runtime.rooms.close()
    await runtime.directory.close()
    await runtime.db.close()
