"""From one publisher to many viewers: sans-IO, without a clock, without asyncio."""
