"""The chat as JSON. What happens in it is heard in the room: GET /api/core/rooms/livestream.broadcast/<id>."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Final

import msgspec
from litestar import delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from nakamise.plugin import Ctx, anyone, signed_in
from nakamise_livestream.chat import lines, logbook, minutes, mode, moderate, remove, speak
from nakamise_livestream.chat.reactions import REACTIONS
from nakamise_livestream.chat.schemas import (
    Chat,
    Line,
    LineInput,
    LoggedLine,
    Minute,
    Mode,
    Penalty,
    PenaltyInput,
    PinInput,
    ReactionInput,
)

TAGS: Final = ["live chat"]
CHAT: Final = "/broadcasts/{broadcast_id:uuid}/chat"
LINE: Final = f"{CHAT}/lines/{{comment_id:uuid}}"


class Counted(msgspec.Struct, frozen=True):
    """False: it came too soon after the one before."""

    counted: bool


class PinnedLine(msgspec.Struct, frozen=True):
    line: Line | None


@get(CHAT, opt=anyone(), tags=TAGS, operation_id="livestream_get_chat")
async def get_chat(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Chat:
    """The latest lines and what the reader may do; listen to ``room`` from ``cursor`` for what follows."""
    return await lines.chat_of(ctx, broadcast_id)


@get(f"{CHAT}/lines", opt=anyone(), tags=TAGS, operation_id="livestream_list_earlier_lines")
async def list_earlier(
    ctx: Ctx, broadcast_id: FromPath[uuid.UUID], before: FromQuery[uuid.UUID]
) -> list[LoggedLine]:
    """Up to 60 before the line ``before``."""
    async with ctx.read() as tx:
        return await lines.earlier(ctx, tx, broadcast_id, before)


@get(f"{CHAT}/replay", opt=anyone(), tags=TAGS, operation_id="livestream_replay_lines")
async def replay(
    ctx: Ctx,
    broadcast_id: FromPath[uuid.UUID],
    start: Annotated[datetime, QueryParameter(name="from")],
    end: Annotated[datetime, QueryParameter(name="to")],
) -> list[LoggedLine]:
    """Up to 500 that were said from ``from`` until before ``to``."""
    async with ctx.read() as tx:
        return await lines.between(ctx, tx, broadcast_id, start, end)


@post(f"{CHAT}/lines", opt=signed_in(), tags=TAGS, operation_id="livestream_say")
async def say(ctx: Ctx, broadcast_id: FromPath[uuid.UUID], data: JSONBody[LineInput]) -> Line:
    """409 ``not_live``; 403 ``closed``, ``muted`` or ``banned``; 422 for what may not be said; 429 with
    Retry-After; 503 while nobody could hear it."""
    return await speak.speak(ctx, broadcast_id, data)


@delete(LINE, opt=signed_in(), tags=TAGS, operation_id="livestream_remove_line")
async def remove_line(ctx: Ctx, broadcast_id: FromPath[uuid.UUID], comment_id: FromPath[uuid.UUID]) -> None:
    """Its author, the host, moderators, staff."""
    async with ctx.begin() as tx:
        await remove.remove(ctx, tx, broadcast_id, comment_id)


@put(f"{CHAT}/mode", opt=signed_in(), tags=TAGS, operation_id="livestream_set_chat_mode")
async def set_mode(ctx: Ctx, broadcast_id: FromPath[uuid.UUID], data: JSONBody[Mode]) -> Mode:
    async with ctx.begin() as tx:
        return await mode.set_mode(ctx, tx, broadcast_id, data)


@put(f"{CHAT}/pinned", opt=signed_in(), tags=TAGS, operation_id="livestream_pin_line")
async def pin_line(ctx: Ctx, broadcast_id: FromPath[uuid.UUID], data: JSONBody[PinInput]) -> PinnedLine:
    async with ctx.begin() as tx:
        return PinnedLine(await moderate.pin(ctx, tx, broadcast_id, data.comment_id))


@put(f"{LINE}/penalty", opt=signed_in(), tags=TAGS, operation_id="livestream_penalise_author")
async def penalise_author(
    ctx: Ctx,
    broadcast_id: FromPath[uuid.UUID],
    comment_id: FromPath[uuid.UUID],
    data: JSONBody[PenaltyInput],
) -> list[Penalty]:
    """Mute or ban whoever wrote the line, or forgive; everybody who may not speak now."""
    async with ctx.begin() as tx:
        return await moderate.penalise(ctx, tx, broadcast_id, comment_id, data)


@get(f"{CHAT}/penalties", opt=signed_in(), tags=TAGS, operation_id="livestream_list_penalties")
async def list_penalties(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> list[Penalty]:
    async with ctx.read() as tx:
        return await moderate.penalties(ctx, tx, broadcast_id)


@put(
    f"{CHAT}/penalties/{{user_id:uuid}}", opt=signed_in(), tags=TAGS, operation_id="livestream_penalise_user"
)
async def penalise_user(
    ctx: Ctx, broadcast_id: FromPath[uuid.UUID], user_id: FromPath[uuid.UUID], data: JSONBody[PenaltyInput]
) -> list[Penalty]:
    async with ctx.begin() as tx:
        return await moderate.penalise_user(ctx, tx, broadcast_id, user_id, data)


@post(
    "/broadcasts/{broadcast_id:uuid}/reactions",
    opt=anyone(),
    tags=TAGS,
    operation_id="livestream_react",
    status_code=200,
)
async def react(ctx: Ctx, broadcast_id: FromPath[uuid.UUID], data: JSONBody[ReactionInput]) -> Counted:
    """409 ``not_live``. Send what was tapped once a second."""
    return Counted(await REACTIONS.react(ctx, broadcast_id, data))


@get(f"{CHAT}/minutes", opt=signed_in(), tags=TAGS, operation_id="livestream_list_minutes")
async def list_minutes(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> list[Minute]:
    async with ctx.read() as tx:
        return await minutes.minutes(ctx, tx, broadcast_id)


@get(f"{CHAT}/minutes.csv", opt=signed_in(), tags=TAGS, operation_id="livestream_export_minutes")
async def export_minutes(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Stream:
    return await logbook.minutes_answer(ctx, broadcast_id)


@get(f"{CHAT}/log.csv", opt=signed_in(), tags=TAGS, operation_id="livestream_export_chat")
async def export_log(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Stream:
    """Everything that was said, also what was removed."""
    return await logbook.log_answer(ctx, broadcast_id)


route_handlers: Final[list[ControllerRouterHandler]] = [
    get_chat,
    list_earlier,
    replay,
    say,
    remove_line,
    set_mode,
    pin_line,
    penalise_author,
    list_penalties,
    penalise_user,
    react,
    list_minutes,
    export_minutes,
    export_log,
]
