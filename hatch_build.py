"""Put the browser files into the wheel: a wheel needs neither npm nor a network afterwards."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class AssetsHook(BuildHookInterface[Any]):
    """Runs `scripts.assets` before a wheel is packed; an editable install gets them from the bootstrap."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        from scripts.assets import FONT_VENDOR, build_assets

        build_assets(Path(self.root), self.app.display_info)
        build_data["artifacts"].append(f"{FONT_VENDOR}/**")
