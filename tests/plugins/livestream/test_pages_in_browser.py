"""The list, the calendar, the application and staff's pages in Chromium, on a phone and on a desktop."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Protocol

import pytest
from playwright.async_api import Browser, Page, expect

from nakamise.plugin import Presence
from nakamise.testing.chromium import cookies_of
from nakamise.testing.live import LiveServer
from nakamise.testing.people import Person
from nakamise_livestream.broadcasts import on_air as media
from tests.axe import axe_faults
from tests.plugins.livestream.stage import API, Stage, act, id_of, in_, ok, on_air, planned

pytestmark = pytest.mark.browser
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}


@dataclass
class Window:
    """A browser window; ``said`` are its console's errors."""

    page: Page
    said: list[str] = field(default_factory=list)

    async def faults(self) -> list[str]:
        """What axe finds, sideways scrolling, and what the console said."""
        wide = await self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        sideways = [f"{wide} px too wide"] if wide > 0 else []
        console = [line for line in self.said if "422" not in line]
        return [*await axe_faults(self.page), *sideways, *console]


class OpenWindow(Protocol):
    async def __call__(self, person: Person | None = None, scheme: str = "light") -> Window:
        """A new window in which ``person`` is signed in; ``scheme``: light or dark."""
        ...


@pytest.fixture(params=["phone", pytest.param("desktop", marks=pytest.mark.full)])
async def open_window(
    request: pytest.FixtureRequest, chromium: Browser, live_server: LiveServer, stage: Stage
) -> AsyncIterator[OpenWindow]:
    width, height = SIZES[request.param]
    contexts = []

    async def opened(person: Person | None = None, scheme: str = "light") -> Window:
        context = await chromium.new_context(
            locale="ja-JP",
            viewport={"width": width, "height": height},
            base_url=live_server.url(stage.tenant),
            color_scheme="dark" if scheme == "dark" else "light",
            timezone_id="Asia/Tokyo",
        )
        contexts.append(context)
        context.set_default_timeout(8000)
        if person is not None:
            await context.add_cookies(cookies_of(person))
        window = Window(await context.new_page())
        window.page.on(
            "console", lambda line: window.said.append(line.text) if line.type == "error" else None
        )
        return window

    yield opened
    for context in contexts:
        await context.close()


@pytest.mark.req("LC-2.1.1", "LC-2.1.2", "LC-2.1.3")
async def test_a_guest_looks_around_and_sees_a_live_start(
    stage: Stage, presenter: Person, open_window: OpenWindow
) -> None:
    await planned(presenter, title="明日の新作発表", scheduled_for=in_(stage.ctx, days=1))
    other = await stage.host("夏美")
    over = await on_air(other, title="昨日の再放送")
    await ok(await act(other, over, "end"))
    window = await open_window()
    page = window.page
    await page.goto("/livestream")
    await expect(page.get_by_role("heading", name="明日の新作発表")).to_be_visible()
    assert await window.faults() == []
    await page.get_by_role("link", name=re.compile("ライブ中")).click()
    await expect(page).to_have_url(re.compile("status=live"))
    await expect(page.get_by_text("該当する配信がありません")).to_be_visible()

    made = await on_air(presenter, title="いま始まりました")
    await expect(page.get_by_role("heading", name="いま始まりました")).to_be_visible(timeout=5000)
    await media.note_audience(stage.ctx, id_of(made), Presence(1234, 1234))
    await expect(page.locator(f'[data-livestream-viewers="{made["id"]}"]')).to_have_text(
        "1,234", timeout=5000
    )
    assert await window.faults() == []
    await page.goto("/livestream/calendar")
    await expect(page.get_by_text("いま始まりました")).to_be_visible()
    assert await window.faults() == []
    dark = await open_window(scheme="dark")
    await dark.page.goto("/livestream")
    assert await dark.faults() == []


@pytest.mark.req("LC-7.0.1", "LC-7.1.1", "LC-9.4.1")
async def test_from_application_to_approval(
    stage: Stage, viewer: Person, admin: Person, open_window: OpenWindow
) -> None:
    applicant, staff = await open_window(viewer), await open_window(admin)
    await applicant.page.goto("/livestream/apply")
    assert await applicant.faults() == []
    await applicant.page.get_by_label("表示名").fill("春香")
    await applicant.page.get_by_role("button", name="申請する").click()
    await expect(
        applicant.page.get_by_text("配信者規約への同意が必要です。")
        .or_(applicant.page.get_by_text("入力してください。"))
        .first
    ).to_be_visible()
    assert await applicant.faults() == []
    await applicant.page.get_by_label("申請理由").fill("コスメが好きです")
    await applicant.page.get_by_label("配信者規約に同意します").check()
    await applicant.page.get_by_role("button", name="申請する").click()
    await expect(applicant.page.get_by_text("申請ありがとうございます")).to_be_visible()
    assert await applicant.faults() == []

    await staff.page.goto("/admin/livestream/broadcasters?state=pending")
    assert await staff.faults() == []
    await staff.page.get_by_role("link", name="春香").click()
    assert await staff.faults() == []
    await staff.page.get_by_role("button", name="承認する").click()
    await expect(staff.page.get_by_text("承認済み").first).to_be_visible()
    await applicant.page.reload()
    await expect(applicant.page.get_by_role("link", name="新しい配信")).to_be_visible()
    assert await applicant.faults() == []


@pytest.mark.req("LC-9.6.1", "LC-9.6.2", "LC-9.6.3")
async def test_staff_watch_and_end(
    stage: Stage, presenter: Person, admin: Person, open_window: OpenWindow
) -> None:
    window = await open_window(admin)
    page = window.page
    await page.goto("/admin/livestream?state=live")
    await expect(page.get_by_text("該当する配信がありません")).to_be_visible()
    assert await window.faults() == []
    made = await on_air(presenter, title="監視される配信")
    await expect(page.get_by_role("link", name="監視される配信")).to_be_visible(timeout=10_000)
    await expect(page.get_by_text("映像なし").last).to_be_visible()
    await media.publisher_arrived(stage.ctx, id_of(made))
    await expect(page.get_by_text("送信中")).to_be_visible(timeout=10_000)
    assert await window.faults() == []
    await page.get_by_role("link", name="監視される配信").click()
    await expect(page.get_by_role("button", name="配信を強制終了")).to_be_visible()
    assert await window.faults() == []
    await page.get_by_label("理由").fill("規約違反")
    await page.get_by_role("button", name="配信を強制終了").click()
    await page.get_by_role("dialog").get_by_role("button", name="終了する").click()
    await expect(page.get_by_text("配信を終了しました。")).to_be_visible()
    assert (
        await stage.value("SELECT end_reason FROM livestream_broadcast WHERE id = $1", id_of(made))
        == "規約違反"
    )
    await page.goto("/admin/livestream/categories")
    assert await window.faults() == []
    await page.locator("#f-name").fill("スキンケア")
    await page.locator("#f-slug").fill("skin")
    await page.get_by_role("button", name="追加").click()
    await expect(page.get_by_text("スキンケア")).to_be_visible()
    assert await window.faults() == []


@pytest.mark.req("GA-27", "GA-36")
async def test_somebody_wants_to_be_reminded(
    stage: Stage, presenter: Person, viewer: Person, open_window: OpenWindow
) -> None:
    made = await planned(
        presenter, title="元日ライブ", description="福袋を開けます", scheduled_for="2031-01-01T20:00:00+09:00"
    )
    window = await open_window(viewer)
    page = window.page
    await page.goto(f"/livestream/{made['id']}")
    await expect(page.get_by_text("2031/1/1 20:00")).to_be_visible()
    assert await window.faults() == []
    await page.get_by_role("button", name="リマインダーを設定").click()
    await expect(page.get_by_role("button", name="リマインダー設定済み")).to_be_visible()
    assert await stage.value("SELECT count(*) FROM livestream_reminder") == 1
    told = await page.locator('script[type="application/ld+json"]').text_content()
    assert '"startDate": "2031-01-01T11:00:00+00:00"' in str(told)
    await ok(await act(presenter, made, "cancel", reason="発熱のため"))
    await page.reload()
    await expect(page.get_by_text("発熱のため")).to_be_visible()
    assert await window.faults() == []


async def test_calendar_files_say_when(stage: Stage, presenter: Person) -> None:
    made = await planned(
        presenter,
        title="新作, 発表; 第一回",
        description="一行目\n二行目" + "あ" * 60,
        scheduled_for="2031-01-02T20:00:00+09:00",
    )
    guest = stage.client_for(stage.tenant)
    answer = await guest.get(f"/livestream/{made['id']}/event.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    text = answer.text.replace("\r\n ", "")
    assert "DTSTART:20310102T110000Z" in text
    assert "SUMMARY:新作\\, 発表\\; 第一回 | 春香" in text
    assert "DESCRIPTION:一行目\\n二行目" in text
    feed = (await guest.get("/livestream/calendar.ics")).text
    assert feed.count("BEGIN:VEVENT") == 1
    hidden = await planned(presenter)
    assert (await guest.get(f"/livestream/{hidden['id']}/event.ics")).status_code == 404
    assert (await guest.get(f"{API}/calendar")).status_code == 200
