"""What staff do with sales."""
