"""`nakamise plugin check`: which plugin is meant, and what is printed of a report."""

from __future__ import annotations

import json

import click
import pytest
from click.testing import CliRunner
from rich.console import Console

from nakamise.cli import main
from nakamise.cli.plugin_check import installed_ids, print_report
from nakamise.testing.conformance import Outcome, Report, State, Tier


@pytest.mark.parametrize("name", ["hello", "nakamise_hello", "nakamise-hello"])
def test_a_plugin_is_named_by_id_module_or_distribution(name: str) -> None:
    assert installed_ids(name) == ["hello"]


def test_a_distribution_means_all_of_its_plugins() -> None:
    assert {"shop", "payments"} <= set(installed_ids("nakamise"))


def test_what_is_not_installed_is_said() -> None:
    with pytest.raises(click.ClickException, match=r"No plugin 'nope'.*hello.*shop"):
        installed_ids("nope")


def test_a_fault_is_printed_with_why_and_how_to_mend(capsys: pytest.CaptureFixture[str]) -> None:
    outcomes = [
        Outcome(1, "imports", "Light", State.OK),
        Outcome(2, "names", "Named", State.FAIL, ("[red]x[/] is wrong",), why="They clash.", mend="Rename."),
        Outcome(12, "erasing", "Erased", State.EXEMPT, note="Kept by law."),
    ]
    print_report(Console(width=120), Report("hello", outcomes, Tier.BRONZE))
    said = capsys.readouterr().out
    for piece in (
        "FAIL",
        "[red]x[/] is wrong",
        "Why: They clash.",
        "Mend: Rename.",
        "Kept by law.",
        "hello: bronze",
    ):
        assert piece in said


@pytest.mark.req("LC-0.2")
def test_hello_is_examined_from_the_command_line() -> None:
    done = CliRunner().invoke(main, ["plugin", "check", "hello", "--json"])
    [report] = json.loads(done.stdout)
    assert [one["id"] for one in report["outcomes"] if one["state"] != "ok"] == []
    assert len(report["outcomes"]) == 16
    assert report["tier"] == "silver"
    assert done.exit_code == 0
