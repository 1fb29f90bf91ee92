"""Plans: what a tenant may use, how much of it is used, what it is charged, and who shares in its sales."""
