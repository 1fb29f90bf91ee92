"""Environment variables; names and defaults are read from the code, a test holds that none is left out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from scripts.reference.markdown import code, table

CORE: Final = Path(__file__).parents[2] / "core" / "nakamise"
# name → (what it means, what counts without it)
MEANINGS: Final[Mapping[str, tuple[str, str]]] = {
    "HOST": ("Address to listen on.", "127.0.0.1"),
    "NAKAMISE_BASE_DOMAIN": ("New tenants get `<slug>.<this domain>`.", "localhost"),
    "NAKAMISE_BLUEPRINTS": (
        "Folder of blueprints that new tenants can start from.",
        "the three of the package",
    ),
    "NAKAMISE_CHROMIUM": ("Tests only: path of the browser.", "found on the PATH"),
    "NAKAMISE_DATA": ("Folder for the embedded database, files and keys.", ".nakamise"),
    "NAKAMISE_DATABASE_URL": (
        "URL of a PostgreSQL 15 or newer, for a user that may create roles and schemas.",
        "an embedded server",
    ),
    "NAKAMISE_DNS": (
        "`address[:port]` of the server that is asked for proofs of tenants' own domains.",
        "the system's resolver",
    ),
    "NAKAMISE_EGRESS_ALLOW": (
        "`address:port` of your own network that tenants' outgoing calls may reach all the same, comma separated.",
        "none",
    ),
    "NAKAMISE_ENV": ("`demo` or `production`. Production has no demo mailbox and no style guide.", "demo"),
    "NAKAMISE_JOBS": (
        "Background jobs at a time in a web process, 0 to 64; with 0, run `nakamise worker` beside it.",
        "4",
    ),
    "NAKAMISE_MEDIA_ADDRESSES": (
        "IP addresses at which clients reach the media worker, best first, comma separated: needed behind NAT.",
        "those of the machine",
    ),
    "NAKAMISE_MEDIA_REDIRECT": (
        "`1`: viewers are sent to the server of `NAKAMISE_MEDIA_WHEP_URL` (307) instead of asked for.",
        "off",
    ),
    "NAKAMISE_MEDIA_TOKEN": ("Bearer token that another media server wants.", "none"),
    "NAKAMISE_MEDIA_UDP_PORT": ("UDP port of the media worker; open it in the firewall.", "a free one"),
    "NAKAMISE_MEDIA_WHEP_URL": (
        "Another media server instead of ours, with `{stream}` in it: `http://media:8889/{stream}/whep`.",
        "the embedded engine",
    ),
    "NAKAMISE_MEDIA_WHIP_URL": (
        "Where it is published to: `http://media:8889/{stream}/whip`.",
        "the embedded engine",
    ),
    "NAKAMISE_MEDIA_WORKERS": (
        "`host:port` or `unix:/path` of each `nakamise media` process, comma separated.",
        "one worker, a child of the web server",
    ),
    "NAKAMISE_OLD_SECRET_KEYS": (
        "Earlier secret keys, comma separated: what they sealed still opens.",
        "none",
    ),
    "NAKAMISE_POOL_SIZE": ("Database connections of each process.", "10"),
    "NAKAMISE_PURGE_DAYS": ("Days in which a deleted tenant can be brought back, 1 to 3650.", "30"),
    "NAKAMISE_REDIS_URL": (
        "Realtime rooms shared by several processes: `redis://:password@host:6379/0`, Redis or Valkey from 7 on.",
        "each process's memory",
    ),
    "NAKAMISE_S3_URL": (
        "Files in a bucket: `https://KEY:SECRET@host/bucket?region=NAME`.",
        "the data folder",
    ),
    "NAKAMISE_SAFE_MODE": (
        "`1`: only our own plugins are loaded; a way back when another breaks the start.",
        "off",
    ),
    "NAKAMISE_SECRET_KEY": (
        "At least 32 characters. Signs sessions, seals secrets. The same on all machines; keep it.",
        "made once, kept in the data folder",
    ),
    "NAKAMISE_SMTP_URL": ("`smtp://user:password@host:587?starttls=1`.", "mails stay in the demo mailbox"),
    "NAKAMISE_TRACE_HOOKS": ("`1`: every hook's step is logged with its milliseconds.", "off"),
    "NAKAMISE_TRANSFER_PASSPHRASE": (
        "Secrets travel in a tenant's export, sealed with it.",
        "they stay behind",
    ),
    "NAKAMISE_TRUSTED_PROXIES": (
        "Addresses of proxies whose `X-Forwarded-For` and `-Proto` are believed, comma separated.",
        "none",
    ),
    "PORT": ("Port to listen on.", "8000"),
}
# Set by our own processes for their children.
INTERNAL: Final = frozenset(("NAKAMISE_SUPERVISOR",))
_NAME: Final = re.compile(r"""["'](NAKAMISE_[A-Z][A-Z_0-9]*|PORT|HOST)["']|envvar="(NAKAMISE_\w+)""")


def page() -> str:
    rows = [(code(name), *MEANINGS[name]) for name in sorted(MEANINGS)]
    lead = "Read once, when a process starts. A value that cannot be used stops the start with a message."
    return f"# Environment variables\n\n{lead}\n\n{table(('Variable', 'Meaning', 'Without it'), rows)}"


def used() -> set[str]:
    """Names that the core's code mentions."""
    found: set[str] = set()
    for file in CORE.rglob("*.py"):
        found |= {one for pair in _NAME.findall(file.read_text(encoding="utf-8")) for one in pair if one}
    return found - INTERNAL
