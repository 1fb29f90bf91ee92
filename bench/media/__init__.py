"""What live media costs."""
