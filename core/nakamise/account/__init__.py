"""The account area: what a signed-in user sees and changes about themselves."""
