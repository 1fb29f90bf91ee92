"""The people of a tenant: its users, its staff, what roles let them do, and the dashboard that they meet first."""
