"""A whole tenant as one file: out of one installation, into another, beside itself, or gone for good."""
