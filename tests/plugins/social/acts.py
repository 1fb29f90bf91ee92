"""What people do with profiles, follows and notifications, as JSON."""

from __future__ import annotations

from typing import Any

import httpx

from nakamise.testing.people import Person
from tests.plugins.livestream.stage import API as LIVE
from tests.plugins.livestream.stage import Stage, ok

API = "/api/social"
Json = dict[str, Any]


async def broadcaster_id(host: Person) -> str:
    me = await ok(await host.client.get(f"{LIVE}/broadcaster"))
    return str(me["id"])


async def follow(person: Person, host: Person) -> httpx.Response:
    return await person.client.put(f"{API}/broadcasters/{await broadcaster_id(host)}/follow")


async def unfollow(person: Person, host: Person) -> None:
    answer = await person.client.delete(f"{API}/broadcasters/{await broadcaster_id(host)}/follow")
    assert answer.status_code == httpx.codes.NO_CONTENT


async def switch(person: Person, host: Person, *, notify: bool) -> httpx.Response:
    path = f"{API}/broadcasters/{await broadcaster_id(host)}/follow/notify"
    return await person.client.put(path, json={"notify": notify})


async def want_mails(person: Person, *, on: bool = True) -> None:
    await ok(await person.client.put(f"{API}/preferences", json={"mail_live": on}))


async def notices(person: Person, **wanted: str | bool) -> Json:
    found: Json = await ok(await person.client.get(f"{API}/notifications", params=wanted))
    return found


async def titles(person: Person) -> list[str]:
    """Of everything the person was told, the newest first."""
    return [one["title"] for one in (await notices(person))["items"]]


async def suspend(stage: Stage, host: Person, reason: str = "規約違反") -> None:
    staff = await stage.person("管理者", "admin")
    path = f"{LIVE}/staff/broadcasters/{await broadcaster_id(host)}/suspend"
    await ok(await staff.client.post(path, json={"reason": reason}))


async def shown(person: Person, path: str) -> str:
    """A page's markup, without the places where a line may break."""
    answer = await person.client.get(path)
    assert answer.status_code == httpx.codes.OK, answer.text
    return answer.text.replace("<wbr>", "")


def path_of(broadcast: Json) -> str:
    return f"/livestream/{broadcast['id']}"
