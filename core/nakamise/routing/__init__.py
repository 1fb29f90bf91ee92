"""From a socket to a handler: host, gate, context, access, answers to errors."""
