"""Products as files of spreadsheets: out, and in by preview and job."""
