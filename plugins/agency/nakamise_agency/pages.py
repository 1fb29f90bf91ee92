"""All pages of the console."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

from nakamise_agency.agencies import closing, plan_form_pages
from nakamise_agency.agencies import pages as agency_pages
from nakamise_agency.domains import pages as domain_pages
from nakamise_agency.looks import pages as look_pages
from nakamise_agency.plan import pages as plan_pages
from nakamise_agency.plan import policy_pages, share_pages
from nakamise_agency.records import pages as log_pages
from nakamise_agency.tenants import act_pages, detail_pages, export_pages, list_pages, new_pages

route_handlers: Final[list[ControllerRouterHandler]] = [
    *list_pages.route_handlers,
    *new_pages.route_handlers,
    *detail_pages.route_handlers,
    *act_pages.route_handlers,
    *export_pages.route_handlers,
    *look_pages.route_handlers,
    *domain_pages.route_handlers,
    *plan_pages.route_handlers,
    *share_pages.route_handlers,
    *policy_pages.route_handlers,
    *log_pages.route_handlers,
    *agency_pages.route_handlers,
    *closing.page_handlers,
    *plan_form_pages.route_handlers,
]
