"""Everything that runs a site, for the application to mount."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

from nakamise.admin.site import (
    audit_pages,
    consent_pages,
    help_pages,
    legal_api,
    legal_pages,
    mail_text_pages,
    plugin_data_pages,
    settings_pages,
)

route_handlers: Final[list[ControllerRouterHandler]] = [
    *settings_pages.route_handlers,
    *legal_pages.route_handlers,
    *legal_api.route_handlers,
    *mail_text_pages.route_handlers,
    *consent_pages.route_handlers,
    *audit_pages.route_handlers,
    *help_pages.route_handlers,
    *plugin_data_pages.route_handlers,
]
