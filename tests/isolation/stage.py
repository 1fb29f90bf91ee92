"""A broadcast of the buyer's on the air with everything around it, and who follows whom.

Nothing is sent: no media engine is needed for what stands in the tables.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from typing import Final

from nakamise.db import Tx
from nakamise.ids import uuid7
from nakamise.media import put_object
from nakamise.tenancy import switches
from nakamise_livestream.whip import streams
from tests.isolation.house import House
from tests.plugins.shop.stall import insert

Row = dict[str, object]
PRESENTER: Final = "buyer"
_IDS: Final = ("broadcaster_id", "broadcast_id", "comment_id", "guest_id", "notice_id", "item_id")


async def raise_stage(house: House) -> None:
    """The buyer presents, so that a broadcaster's own pages are the buyer's; the clerk follows."""
    ids = {name: uuid7() for name in _IDS}
    handle, token = f"h-{secrets.token_hex(8)}", secrets.token_urlsafe(24)
    ctx = house.stall.ctx
    piece = await put_object(ctx, "recording", "m4s", b"piece")
    init = await put_object(ctx, "recording", "mp4", b"init")
    poster = await put_object(ctx, "recording", "webp", b"poster")
    async with ctx.begin() as tx:
        await _broadcast(tx, house, ids)
        await _guest(tx, house, ids)
        await _chat(tx, house, ids)
        await _recording(tx, house, ids, (piece, init, poster))
        await _sales(tx, house, ids)
        await _followers(tx, house, ids, handle, token)
    # Else there are no pages for frames.
    await switches.configure(ctx.runtime, house.id, "livestream", {"embed_sites": "https://shop.example"})
    house.things |= {name: str(id_) for name, id_ in ids.items()}
    house.things |= {"handle": handle, "unsubscribe/token": token}
    house.things |= {
        "stage/token": _guest_token(house),
        "whip/sealed": streams.seal(ctx, "publisher", ids["broadcast_id"], "session"),
        "whep/sealed": streams.seal(ctx, "viewer", ids["broadcast_id"], "session"),
    }


async def _broadcast(tx: Tx, house: House, ids: dict[str, uuid.UUID]) -> None:
    """Its category has the id of the shop's: the paths of both say ``categories/{category_id}``."""
    now, buyer = house.stall.ctx.now(), house.people[PRESENTER].id
    broadcaster: Row = {
        "id": ids["broadcaster_id"],
        "user_id": buyer,
        "name": house.canary,
        "state": "approved",
    }
    moments: Row = {"agreed_at": now, "applied_at": now, "decided_at": now}
    category: Row = {"id": uuid.UUID(house.things["category_id"]), "slug": f"c-{secrets.token_hex(5)}"}
    broadcast: Row = {
        "id": ids["broadcast_id"],
        "broadcaster_id": ids["broadcaster_id"],
        "title": house.canary,
    }
    product: Row = {"broadcast_id": ids["broadcast_id"], "product_id": uuid.UUID(house.things["product_id"])}
    await insert(tx, "livestream_broadcaster", {**broadcaster, **moments})
    await insert(tx, "livestream_category", {**category, "name": house.canary})
    on_air: Row = {"state": "live", "started_at": now, "category_id": category["id"]}
    await insert(tx, "livestream_broadcast", {**broadcast, **on_air})
    await insert(tx, "livestream_product", {**product, "position": 0})
    await insert(tx, "livestream_pin", {**product, "id": uuid7(), "pinned_at": now})
    await insert(
        tx, "livestream_run_item", {**product, "id": ids["item_id"], "position": 0, "title": house.canary}
    )


def _guest_token(house: House) -> str:
    return hashlib.sha256(house.canary.encode()).hexdigest()


async def _guest(tx: Tx, house: House, ids: dict[str, uuid.UUID]) -> None:
    now, token = house.stall.ctx.now(), hashlib.sha256(_guest_token(house).encode()).digest()
    guest: Row = {"id": ids["guest_id"], "broadcast_id": ids["broadcast_id"], "seat": 1, "name": house.canary}
    await insert(tx, "livestream_guest", {**guest, "token_hash": token, "invited_at": now, "changed_at": now})


async def _chat(tx: Tx, house: House, ids: dict[str, uuid.UUID]) -> None:
    now, id_ = house.stall.ctx.now(), ids["broadcast_id"]
    said: Row = {"id": ids["comment_id"], "user_id": house.people[PRESENTER].id, "author_name": house.canary}
    line: Row = {"author_role": "host", "text": house.canary, "client_key": uuid7(), "said_at": now}
    muted: Row = {"user_id": house.people["clerk"].id, "next_at": now, "muted_until": now}
    moderator: Row = {"user_id": house.people["clerk"].id, "created_at": now}
    await insert(tx, "livestream_comment", {"broadcast_id": id_, **said, **line})
    await insert(tx, "livestream_chatter", {"broadcast_id": id_, **muted})
    await insert(tx, "livestream_moderator", {"broadcast_id": id_, **moderator})


async def _recording(tx: Tx, house: House, ids: dict[str, uuid.UUID], keys: tuple[str, str, str]) -> None:
    piece, init, poster = keys
    now, id_ = house.stall.ctx.now(), ids["broadcast_id"]
    segment: Row = {"number": 1, "key": piece, "init_key": init, "begins_at": now, "starts_us": 0}
    length: Row = {"duration_us": 2_000_000, "bytes": len(b"piece"), "is_discontinuous": False}
    await insert(tx, "livestream_recording", {"broadcast_id": id_, "created_at": now, "poster_key": poster})
    await insert(tx, "livestream_segment", {"broadcast_id": id_, **segment, **length})


async def _sales(tx: Tx, house: House, ids: dict[str, uuid.UUID]) -> None:
    """The buyer put the product into the cart there and bought it."""
    now, things = house.stall.ctx.now(), house.things
    what: Row = {"broadcast_id": ids["broadcast_id"], "product_id": uuid.UUID(things["product_id"])}
    interest: Row = {"id": uuid7(), "visitor": house.canary.encode(), "clicks": 1, "adds": 1}
    order: Row = {"order_id": uuid.UUID(things["order_id"]), "variant_id": uuid.UUID(things["variant_id"])}
    amount: Row = {"quantity": 1, "amount": 1200, "placed_at": now}
    await insert(tx, "livestream_interest", {**what, **interest, "first_at": now, "added_at": now})
    await insert(tx, "livestream_sale", {**what, **order, **amount})


async def _followers(tx: Tx, house: House, ids: dict[str, uuid.UUID], handle: str, token: str) -> None:
    now, buyer, whom = house.stall.ctx.now(), house.people[PRESENTER].id, ids["broadcaster_id"]
    notice: Row = {"id": ids["notice_id"], "user_id": buyer, "kind": "live", "story": "started"}
    params: Row = {"params": {"name": house.canary, "title": house.canary}, "path": "/", "once": house.canary}
    preference: Row = {"user_id": buyer, "mail_live": False, "stop_token": token, "changed_at": now}
    await insert(tx, "social_profile", {"broadcaster_id": whom, "handle": handle, "changed_at": now})
    for person in ("buyer", "clerk"):
        follow: Row = {"user_id": house.people[person].id, "created_at": now}
        await insert(tx, "social_follow", {"broadcaster_id": whom, **follow})
    await insert(tx, "social_notice", {**notice, **params, "created_at": now})
    await insert(tx, "social_preference", preference)
