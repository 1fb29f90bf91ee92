"""A blueprint with a fault in every corner, and what is to be said of each."""

from __future__ import annotations

FAULTY = """hosts = ["faulty.{base_domain}", "Faulty.{base_domain}", "not a host"]
colour = "red"

[tenant]
slug = "Not Good"
name = 5
timezone = "Asia/Tokio"
plan = "gold"

[brand]
brand = "rose"
acent = "#b98a3e"
radius = "six"
logo = "art/none.svg"

[plugins]
enabled = ["shop", "weeds", "payments_sandbox"]

[plugins.settings.shop]
page_sise = 24
page_size = 4

[[legal.pages]]
slug = "terms"
title = "x"
ja = "../../secret"

[[users]]
email = "a@example.com"
password = "short"
display_name = "A"
roles = ["adnim"]

[[users]]
email = "a@example.com"
password = "long enough"
"""
# File, line, column, message, and the hint where it names one word.
FOUND = [
    ("shop.toml", 2, 1, "Invalid value (at end of document)", ""),
    ("shpo.toml", 1, 1, "there is no plugin shpo", "did you mean `shop`?"),
    ("tenant.toml", 1, 1, "hosts: 'not a host' is no host name", ""),
    ("tenant.toml", 1, 1, "hosts: faulty.localhost stands there 2 times", ""),
    ("tenant.toml", 2, 1, "colour: there is no key `colour`", ""),
    ("tenant.toml", 5, 1, "tenant.slug: 'Not Good' cannot be a slug", ""),
    ("tenant.toml", 6, 1, "tenant.name: Expected `str`, got `int`", ""),
    ("tenant.toml", 7, 1, "tenant.timezone: there is no such time zone", ""),
    ("tenant.toml", 8, 1, "tenant.plan: there is no plan gold", ""),
    ("tenant.toml", 11, 1, "brand.brand: not a colour: 'rose' (use #rrggbb or oklch(L C H))", ""),
    ("tenant.toml", 12, 1, "brand.acent: there is no key `acent`", "did you mean `accent`?"),
    ("tenant.toml", 13, 1, "brand.radius: Expected `int`, got `str`", ""),
    ("tenant.toml", 14, 1, "brand.logo: there is no file 'art/none.svg'", ""),
    ("tenant.toml", 17, 1, "plugins.enabled: payments_sandbox needs payments too", ""),
    ("tenant.toml", 17, 1, "plugins.enabled: shop needs payments too", ""),
    ("tenant.toml", 17, 1, "plugins.enabled: there is no plugin weeds", ""),
    (
        "tenant.toml",
        20,
        1,
        "plugins.settings.shop.page_sise: There is no such setting.",
        "did you mean `page_size`?",
    ),
    ("tenant.toml", 21, 1, "plugins.settings.shop.page_size: Please enter 8 or more.", ""),
    ("tenant.toml", 26, 1, "legal.pages.0.ja: '../../secret' leaves the blueprint's folder", ""),
    ("tenant.toml", 30, 1, "users.0.password: it is shorter than 8 characters", ""),
    ("tenant.toml", 32, 1, "users.0.roles: there is no role adnim", "did you mean `admin`?"),
    ("tenant.toml", 34, 1, "users.1: the key `display_name` is missing", ""),
    ("tenant.toml", 35, 1, "users.1.email: a@example.com stands there twice", ""),
]
