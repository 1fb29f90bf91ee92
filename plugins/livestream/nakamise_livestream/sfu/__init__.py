"""The embedded media engine: WHIP in, WHEP out, nothing decoded. It knows opaque stream ids and no tenants."""
