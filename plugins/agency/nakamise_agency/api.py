"""Everything of the console's pages as JSON."""

from __future__ import annotations

from typing import Final

from litestar.types import ControllerRouterHandler

from nakamise_agency.agencies import api as agency_api
from nakamise_agency.agencies import closing
from nakamise_agency.domains import api as domain_api
from nakamise_agency.looks import api as look_api
from nakamise_agency.plan import api as plan_api
from nakamise_agency.records import api as log_api
from nakamise_agency.tenants import act_api, api

route_handlers: Final[list[ControllerRouterHandler]] = [
    *api.route_handlers,
    *act_api.route_handlers,
    *look_api.route_handlers,
    *domain_api.route_handlers,
    *log_api.route_handlers,
    *agency_api.route_handlers,
    *closing.api_handlers,
    *plan_api.route_handlers,
]
