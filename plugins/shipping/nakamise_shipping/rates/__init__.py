"""What a shop charges for sending, and where staff set it."""
