"""A strict Stripe of our own: the real HTTP API as far as we use it, and faults on demand.

Unknown parameters, wrong states and reused keys are refused as Stripe refuses them. Objects have the fields of
Stripe's published samples (``shapes.json``: names and types only).
"""

from tests.plugins.payments_stripe.stripe_server.server import StripeServer, running

__all__ = ["StripeServer", "running"]
