"""Hooks, slots, errors, settings' types and meters."""

from __future__ import annotations

import ast
import inspect
import tomllib
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final

from nakamise import errors as errors_module
from nakamise.host.discovery import installed_entry_points
from nakamise.plans.core_meters import CORE_METERS
from nakamise.plugin import SUBJECTS, Manifest, Meter, Slot
from nakamise.plugin import settings as settings_module
from nakamise.plugin.hooks import HOOK_CLASSES, POLICIES
from scripts.reference.markdown import code, one_line, prose, signature, table

_PROJECT: Final = Path(__file__).parents[2] / "pyproject.toml"
_GUIDES: Final = {
    "LifecycleHooks": "lifecycle",
    "PricingHooks": "pricing",
    "CheckoutHooks": "checkout",
    "LoginHooks": "login",
    "ChatHooks": "chat",
    "PaymentHooks": "payments",
    "UiHooks": "slots",
}


def hooks() -> str:
    parts = ["# Hooks", prose(inspect.getmodule(HOOK_CLASSES[0]).__doc__)]
    for group in HOOK_CLASSES:
        parts += [f"## {group.__name__}", prose(group.__doc__)]
        guide = f"../how-to/plugins/{_GUIDES[group.__name__]}.md"
        parts += [_hook(name, getattr(group, name), guide) for name in vars(group) if name in POLICIES]
    return "\n\n".join(parts)


def _hook(name: str, function: Callable[..., object], guide: str) -> str:
    policy = POLICIES[name]
    kind = "async def" if inspect.iscoroutinefunction(function) else "def"
    facts = f"On failure: **{policy.on_error.value}**. Deadline of all together: {policy.deadline_s:g} s."
    said = prose(function.__doc__)
    return f"### {name}\n\n```python\n{kind} {name}{signature(function)}\n```\n\n{said}\n\n{facts} [How to]({guide}#{name})"


def slots() -> str:
    rows = []
    for slot in Slot:
        subject = SUBJECTS[slot]
        link = f"[`{subject.__name__}`](contracts.md#{subject.__name__.lower()})" if subject else "none"
        rows.append((code(slot.value), code(f"Slot.{slot.name}"), link))
    lead = "Where plugins put a box. The subject is what `slot_context` and the template get."
    return f"# Slots\n\n{lead} [How to](../how-to/plugins/slots.md)\n\n{table(('Place', 'Name', 'Subject'), rows)}"


def errors() -> str:
    rows = [
        (code(one.__name__), str(one.status), code(one.default_code), one_line(one.__doc__))
        for one in _problems()
    ]
    tree = prose(errors_module.__doc__)
    return f"# Errors\n\n```text\n{tree}\n```\n\n{table(('Class', 'Status', 'Code', 'What'), rows)}"


def _problems() -> Iterator[type[errors_module.Problem]]:
    for value in vars(errors_module).values():
        if inspect.isclass(value) and issubclass(value, errors_module.Problem):
            yield value


def settings() -> str:
    """The types' docstrings are strings after their assignment, which only the source knows."""
    body = ast.parse(inspect.getsource(settings_module)).body
    rows = [
        (code(one.target.id), one_line(str(said.value.value)))
        for one, said in pairwise(body)
        if isinstance(one, ast.AnnAssign)
        and isinstance(one.target, ast.Name)
        and isinstance(said, ast.Expr)
        and isinstance(said.value, ast.Constant)
    ]
    lead = prose(settings_module.__doc__)
    return f"# Types of settings\n\n{lead}\n\n{table(('Type', 'What'), rows)}\n\n[How to](../how-to/plugins/settings.md)"


def meters() -> str:
    rows = [_meter("core", meter) for meter in CORE_METERS]
    for found in installed_entry_points():
        if found.name in _ours():
            manifest: Manifest = found.load()
            rows += [_meter(found.name, meter) for meter in manifest.meters]
    head = ("Meter", "Of", "Counts", "Begins anew", "Unit", "Refuses")
    lead = "What a plan can limit. [Plans](plans.md), [how to](../how-to/plugins/meters.md)"
    return f"# Meters\n\n{lead}\n\n{table(head, sorted(rows))}"


def _meter(owner: str, meter: Meter) -> tuple[str, ...]:
    refuses = "yes" if meter.taken else "no, only measured"
    return code(meter.id), owner, meter.label, meter.period or "never", meter.unit, refuses


def _ours() -> set[str]:
    """Other plugins may be installed here too."""
    project = tomllib.loads(_PROJECT.read_text(encoding="utf-8"))["project"]
    return set(project["entry-points"]["nakamise.plugins"])
