"""Answers of two requests made comparable: only what differs between any two requests is taken out."""

from __future__ import annotations

import re
from typing import Any

from tests.contract.asgi import Answer

_EACH_TIME = re.compile(r"nonce[-=]\W*[\w-]{20,}|[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{22}")


def plain(answer: Answer, name: str, instead: str) -> Any:
    """``name``, the path that stands for nobody's, may be shown back: it becomes ``instead``."""
    return _EACH_TIME.sub("", repr(answer).replace(name, instead))
