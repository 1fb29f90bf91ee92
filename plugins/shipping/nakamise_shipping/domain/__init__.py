"""Rules without a database: rates, days, wishes, texts for carriers."""
