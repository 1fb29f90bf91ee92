"""Orders as staff work on them: lists, steps, notes, slips, CSV."""
