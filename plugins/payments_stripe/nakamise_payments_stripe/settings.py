"""What a tenant's admin may set; the form is generated from this. Secrets are sealed by the host."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from nakamise.plugin.settings import Secret, Url

API: str = "https://api.stripe.com"
SCRIPT: str = "https://js.stripe.com/v3/"


class StripeSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    publishable_key: Annotated[
        str,
        Meta(
            pattern=r"^(pk_(test|live)_[A-Za-z0-9_]{6,200})?$",
            title="Publishable key",
            description="Begins with pk_. Buyers' browsers use it.",
        ),
    ] = ""
    secret_key: Annotated[
        Secret,
        Meta(
            pattern=r"^((sk|rk)_(test|live)_[A-Za-z0-9_]{6,200})?$",
            title="Secret key",
            description="Begins with sk_ or rk_. It is stored encrypted.",
        ),
    ] = ""
    webhook_secret: Annotated[
        Secret,
        Meta(
            pattern=r"^(whsec_[A-Za-z0-9_+/=]{6,200})?$",
            title="Signing secret of the webhook",
            description="Begins with whsec_. Enter the address /payments_stripe/webhook of this site at Stripe.",
        ),
    ] = ""
    konbini: Annotated[bool, Meta(title="Convenience stores", description="Up to ¥300,000.")] = False
    konbini_days: Annotated[
        int,
        Meta(
            ge=1,
            le=60,
            title="Days to pay at a convenience store",
            description="Ends at 23:59:59 in Japan. The goods are held until then.",
        ),
    ] = 3
    paypay: Annotated[
        bool,
        Meta(
            title="PayPay payments",
            description="¥50 to ¥1,000,000. Switch it on at Stripe first. Not offered while shops have accounts of their own.",
        ),
    ] = False
    answer_within: Annotated[
        int,
        Meta(
            ge=1,
            le=20,
            title="Seconds to wait for Stripe's answer",
            description="After them the payment is being checked, and Stripe is asked again.",
        ),
    ] = 20
    pays_sellers: Annotated[
        bool,
        Meta(
            title="Shops have accounts of their own (Connect)",
            description="Their share of each order is passed on after the sale.",
        ),
    ] = False
    api_url: Annotated[
        Url,
        Meta(title="Address of the API", description="Stripe's own, unless you test against another server."),
    ] = API
    script_url: Annotated[
        Url,
        Meta(
            title="Address of the payment form's script",
            description="Stripe's own, unless you test against another server.",
        ),
    ] = SCRIPT

    @property
    def is_ready(self) -> bool:
        return bool(self.secret_key and self.publishable_key)

    @property
    def test_mode(self) -> bool:
        return "_test_" in self.secret_key
