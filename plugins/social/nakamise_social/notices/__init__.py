"""What somebody is told, on the site and by mail."""
