"""OpenID Connect Core 1.0, authorization code flow with PKCE, as a client. Knows no tables and no pages."""
