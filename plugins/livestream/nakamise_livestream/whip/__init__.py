"""WHIP and WHEP over HTTP, and what joins the media engine and broadcasts."""
