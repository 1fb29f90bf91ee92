"""What an operator sets is read once, and refused in words that say what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from nakamise.settings import Settings, SettingsError


@pytest.mark.parametrize(
    ("name", "text", "allowed"),
    [
        ("PORT", "0", "from 1 to 65535"),
        ("PORT", "http", "from 1 to 65535"),
        ("NAKAMISE_JOBS", "65", "from 0 to 64"),
        ("NAKAMISE_POOL_SIZE", "-1", "from 1 to 1000"),
        ("NAKAMISE_PURGE_DAYS", "0", "from 1 to 3650"),
    ],
)
def test_a_number_out_of_its_range_is_refused(tmp_path: Path, name: str, text: str, allowed: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is '{text}': use a number {allowed}"):
        Settings.from_env({"NAKAMISE_DATA": str(tmp_path), name: text})


def test_without_a_word_a_web_process_does_jobs_and_with_0_none(tmp_path: Path) -> None:
    assert Settings.from_env({"NAKAMISE_DATA": str(tmp_path)}).jobs == 4
    assert Settings.from_env({"NAKAMISE_DATA": str(tmp_path), "NAKAMISE_JOBS": "0"}).jobs == 0


def test_a_redis_is_named_by_its_url_and_a_wrong_one_is_not_repeated(tmp_path: Path) -> None:
    data = {"NAKAMISE_DATA": str(tmp_path)}
    assert Settings.from_env(data).redis_url is None
    for url in ("redis://:pw@host:6379/0", "rediss://host", "unix:///run/redis.sock"):
        assert Settings.from_env({**data, "NAKAMISE_REDIS_URL": url}).redis_url == url
    with pytest.raises(SettingsError, match="redis://") as refused:
        Settings.from_env({**data, "NAKAMISE_REDIS_URL": "http://:geheim@host"})
    assert "geheim" not in str(refused.value)
