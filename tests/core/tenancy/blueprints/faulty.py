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
FOUND = []
