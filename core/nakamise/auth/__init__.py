"""Users of a tenant: who they are, how they prove it, what they may do."""
