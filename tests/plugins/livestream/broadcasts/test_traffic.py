"""What is watched and sent: counted once, shown to staff, and warned of by the plan."""

from __future__ import annotations

import httpx
import pytest

from nakamise.plans import chores, service
from nakamise.testing.fixtures import Drain
from nakamise.testing.people import Person
from nakamise_livestream.media import Usage
from nakamise_livestream.whip.tally import Tally
from tests.plugins.livestream.stage import API, Json, Stage, id_of, ok, on_air, planned

STAFF = f"{API}/staff"
GB = 1_000_000_000
MOST = 100_000  # minutes of the plan "starter"


async def watched(stage: Stage, broadcast: Json, minutes: int, size: int, meter: str = "a worker") -> None:
    usage = Usage(meter=meter, seconds=minutes * 60, bytes=size)
    await Tally().note(stage.ctx, id_of(broadcast), [usage])


@pytest.mark.req("LC-0.27")
async def test_staff_see_it_by_broadcast_and_in_all(stage: Stage, presenter: Person, admin: Person) -> None:
    first, second, unseen = await on_air(presenter), await planned(presenter), await planned(presenter)
    await watched(stage, first, 90, 2 * GB)
    # Told twice, and of a worker that was started anew.
    await watched(stage, first, 90, 2 * GB)
    await watched(stage, first, 10, GB // 2, "its successor")
    await watched(stage, second, 5, GB)
    whole = await ok(await admin.client.get(f"{STAFF}/traffic"))
    assert whole["gb"] == 3.5
    assert whole["viewer_minutes"] == {"used": 105, "most": None, "is_hard": False, "percent": 0}
    listed = [(one["broadcast_id"], one["viewer_minutes"], one["bytes"]) for one in whole["broadcasts"]]
    assert listed == [(first["id"], 100, 5 * GB // 2), (second["id"], 5, GB)]
    for broadcast, minutes in ((first, 100), (second, 5), (unseen, 0)):
        one = await ok(await admin.client.get(f"{STAFF}/broadcasts/{broadcast['id']}/traffic"))
        assert one["viewer_minutes"] == minutes
    for refused in ("traffic", f"broadcasts/{first['id']}/traffic"):
        assert (await presenter.client.get(f"{STAFF}/{refused}")).status_code == 403
    page = await admin.client.get("/admin/livestream")
    assert "105" in page.text
    assert "2.5 GB" in page.text
    assert "3.5 GB" in page.text


@pytest.mark.req("LC-0.27")
async def test_the_plan_warns_at_80_and_at_100_percent(
    stage: Stage, presenter: Person, admin: Person, drain: Drain
) -> None:
    await service.set_plan(stage.ctx.runtime, stage.tenant.id, "starter", actor="test")
    broadcast = await on_air(presenter)
    for minutes, percent, kind in (
        (MOST * 8 // 10 - 1, 79, ""),
        (MOST * 8 // 10, 80, "warn"),
        (MOST, 100, "danger"),
        (MOST + 1, 100, "danger"),
    ):
        await watched(stage, broadcast, minutes, GB)
        await chores.recount(stage.ctx)
        await drain(stage.tenant)
        whole = await ok(await admin.client.get(f"{STAFF}/traffic"))
        assert whole["viewer_minutes"]["percent"] == percent
        assert whole["viewer_minutes"]["most"] == MOST
        assert _notice(await admin.client.get("/admin/livestream")) == kind
    mails = [mail for mail in await stage.mails(admin) if "%" in mail.subject]
    assert all("上限に達しても止まりません" in mail.text_body for mail in mails)
    warned = [mail.subject for mail in mails]
    assert [mark for mark in ("80", "100") for subject in warned if mark in subject] == ["80", "100"]
    assert len(warned) == 2


def _notice(page: httpx.Response) -> str:
    """The kind of the page's warning, "" without one."""
    assert page.status_code == 200
    kinds = [kind for kind in ("warn", "danger") if f"n-notice--{kind}" in page.text]
    return "".join(kinds)
