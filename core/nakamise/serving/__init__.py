"""What the application does for the web server that runs it, whichever that is."""
