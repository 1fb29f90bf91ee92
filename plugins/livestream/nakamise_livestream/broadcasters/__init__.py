"""Who may broadcast: applications, decisions, profiles."""
