"""The manifest: data only."""

from __future__ import annotations

from typing import Final

from nakamise.contracts.login import ExternalLogin
from nakamise.plugin import Manifest, Mount, NavItem, Need, Permission, SealedColumn, Task

manifest: Final = Manifest(
    id="sso",
    api="1.0",
    version="0.1.0",
    title="Single sign-on",
    summary="Log in through the company's identity provider (OpenID Connect), with roles by its groups.",
    hooks="nakamise_sso.hooks:Hooks",
    mounts=(
        Mount("pages", "nakamise_sso.pages:route_handlers"),
        Mount("admin", "nakamise_sso.admin.pages:route_handlers"),
        Mount("api", "nakamise_sso.admin.api:route_handlers"),
    ),
    models="nakamise_sso.models",
    migrations="nakamise_sso.migrations",
    permissions=(Permission("sso.manage", "Set up single sign-on"),),
    uses={ExternalLogin: Need.REQUIRED},
    nav=(
        NavItem(
            area="admin",
            label="Single sign-on",
            path="/admin/sso",
            icon="key-round",
            group="Connections",
            permission="sso.manage",
            weight=61,
        ),
    ),
    sealed=(SealedColumn("sso_provider", "client_secret"),),
    css_under={"/admin/sso": ("sso.css",)},
    tasks=(Task("sso.forget_states", "nakamise_sso.flow:forget_states", 3600),),
)
