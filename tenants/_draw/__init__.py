"""Drawing kit of the demo tenants: small functions that write plain SVG without text or links."""
