"""Numbers, versions and the moments at which documents are made."""
