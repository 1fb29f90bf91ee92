"""What may not be said: the tenant's list of words, then whoever judges by the hook ``chat_judge``."""

from __future__ import annotations

import logging
from typing import Final, NamedTuple

from nakamise.contracts.chat import ChatLine, Verdict
from nakamise.db import DATABASE_AWAY, Tx
from nakamise.errors import FieldError, Invalid, Problem, Unavailable
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_livestream.chat.text import masked
from nakamise_livestream.chat.word_list import word_list
from nakamise_livestream.settings import LivestreamSettings
from nakamise_livestream.words import DOMAIN

log: Final = logging.getLogger("nakamise.livestream")


class Judged(NamedTuple):
    """``original`` is "" where nothing is masked."""

    text: str
    original: str


async def judge(ctx: TenantCtx, tx: Tx, line: ChatLine) -> Judged:
    """Raises Invalid for what may not be said, Unavailable when somebody who judges cannot be asked."""
    settings = ctx.settings(LivestreamSettings)
    spans = word_list(settings.chat_words).spans(line.text)
    if spans and settings.chat_words_do == "refuse":
        raise _refused(N_("This contains words that may not be used here."))
    for verdict in await _verdicts(ctx, tx, line):
        if verdict.refuse:
            raise _refused(verdict.refuse)
        spans += verdict.mask
    text = masked(line.text, spans)
    return Judged(text, "" if text == line.text else line.text)


async def _verdicts(ctx: TenantCtx, tx: Tx, line: ChatLine) -> list[Verdict]:
    if ctx.lineup.absent:
        raise _unjudged()
    try:
        outcome = await ctx.lineup.call("chat_judge", ctx=ctx, tx=tx, line=line)
    except (Problem, *DATABASE_AWAY):
        raise
    except Exception as error:
        log.exception("a line of the chat cannot be judged")
        raise _unjudged() from error
    return [verdict for _, verdict in outcome.results]


def _refused(why: str) -> Invalid:
    """``why`` of a plugin is in the reader's language already; no catalog has it."""
    return Invalid({"text": FieldError(why, domain=DOMAIN)})


def _unjudged() -> Unavailable:
    message = N_("Comments cannot be checked at the moment. Please try again later.")
    return Unavailable(message, code="unjudged", domain=DOMAIN)
