"""Calls to addresses that a tenant typed in, without reaching what lies behind our firewall. Public to plugins.

    answer = await ctx.egress.send("POST", url, headers={"content-type": "application/json"}, content=body)

A name is resolved, every one of its addresses must be public, and the connection goes to an address that was
checked, so a name server that answers differently the second time gains nothing. Ports 80 and 443 only, no
redirects, no proxies of the environment, no cookies; TLS is verified against the name. https is required in
production. The operator can allow single addresses with ports by NAKAMISE_EGRESS_ALLOW.
"""

from nakamise.egress.client import Answer, Egress
from nakamise.egress.errors import EgressFailed, EgressReason, EgressRefused

__all__ = ["Answer", "Egress", "EgressFailed", "EgressReason", "EgressRefused"]
