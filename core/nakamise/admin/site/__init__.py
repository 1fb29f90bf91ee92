"""Running a site: its settings, maintenance, legal texts, audit log and help."""
