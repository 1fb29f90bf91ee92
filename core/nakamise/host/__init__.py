"""Private machinery of the plugin host: plugins must not import it."""
