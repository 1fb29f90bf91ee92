"""Words and judges: what they find, and what happens when they fail."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nakamise.contracts.chat import ChatLine, Verdict
from nakamise.db import Tx
from nakamise.errors import Invalid, Unavailable
from nakamise.host.registry import PluginHost
from nakamise.plugin import ChatHooks, TenantCtx, hookimpl
from nakamise.testing.fixtures import CtxFor, MakeTenant
from nakamise_livestream.chat.judging import Judged, judge
from nakamise_livestream.chat.text import clean, masked
from nakamise_livestream.chat.word_list import WordList, word_list
from tests.core.host.plugins import hooks, plugin

pytestmark = pytest.mark.req("LC-2.3.7")


@pytest.mark.parametrize(
    ("words", "text", "shown"),
    [
        ("バカ", "このばか者", "この＊＊者"),
        ("ばか", "ﾊﾞｶ!", "＊＊＊!"),
        ("ばか", "ば〜か、ば か", "＊＊＊、＊＊＊"),
        ("殺す", "殺 す ぞ", "＊＊＊ ぞ"),
        ("SPAM", "ｓｐａｍ spammer Spam!", "＊＊＊＊ spammer ＊＊＊＊!"),
        ("free money", "get FREE money now", "get ＊＊＊＊＊＊＊＊＊＊ now"),
        ("c++", "c++", "＊＊＊"),
        ("ああ", "あああ", "＊＊＊"),
        ("\n \n", "なんでもない", "なんでもない"),
    ],
)
def test_a_word_is_found_however_it_is_written(words: str, text: str, shown: str) -> None:
    assert masked(text, word_list(words).spans(text)) == shown


@given(st.text(max_size=60), st.lists(st.text(min_size=1, max_size=4), max_size=5))
def test_spans_lie_in_the_text_whatever_it_is(text: str, words: list[str]) -> None:
    spans = WordList(tuple(words)).spans(text)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert len(masked(text, spans)) == len(text)


@given(st.text(max_size=300))
def test_a_clean_line_is_one_line_and_stays_clean(raw: str) -> None:
    try:
        text = clean(raw)
    except Invalid:
        return
    assert 1 <= len(text) <= 200
    assert text.splitlines() == [text]
    assert clean(text) == text


def line(text: str) -> ChatLine:
    return ChatLine(place="livestream:1", author_id=uuid.uuid4(), author_name="花子", text=text)


class Strict(ChatHooks):
    @hookimpl
    async def chat_judge(self, ctx: TenantCtx, tx: Tx, line: ChatLine) -> Verdict | None:
        if "斬" in line.text:
            return Verdict(refuse="だめです")
        return Verdict(mask=((0, 1),)) if line.text.startswith("x") else None


class Broken(ChatHooks):
    @hookimpl
    async def chat_judge(self, ctx: TenantCtx, tx: Tx, line: ChatLine) -> Verdict | None:
        raise RuntimeError("out of order")


@pytest.fixture
async def judged_by(make_tenant: MakeTenant, ctx_for: CtxFor) -> object:
    """What becomes of a line where ``plugins`` judge."""
    ctx = ctx_for(await make_tenant(plugins=("livestream",)))

    async def judged(text: str, *plugins: type[ChatHooks], absent: bool = False) -> Judged:
        entries = [plugin(f"judge{n}", hooks=hooks(cls)) for n, cls in enumerate(plugins)]
        ids = frozenset(f"judge{n}" for n in range(len(plugins) + absent))
        lineup = PluginHost.discover(entry_points=entries).lineup(ids)
        asking = TenantCtx(ctx.runtime, ctx.tenant, ctx.actor, lineup)
        async with ctx.begin() as tx:
            return await judge(asking, tx, line(text))

    return judged


async def test_plugins_refuse_and_mask(judged_by: object) -> None:
    ask = judged_by  # typed below: a fixture's callable
    assert await ask("こんにちは", Strict) == Judged("こんにちは", "")  # type: ignore[operator]
    assert await ask("xyz", Strict) == Judged("＊yz", "xyz")  # type: ignore[operator]
    with pytest.raises(Invalid) as refused:
        await ask("斬る", Strict)  # type: ignore[operator]
    assert refused.value.fields["text"].message == "だめです"


async def test_a_judge_that_cannot_be_asked_closes_the_chat(judged_by: object) -> None:
    """It failed, or it is on and was refused at start: a rule is never dropped in silence."""
    with pytest.raises(Unavailable):
        await judged_by("こんにちは", Strict, Broken)  # type: ignore[operator]
    with pytest.raises(Unavailable):
        await judged_by("こんにちは", Strict, absent=True)  # type: ignore[operator]
