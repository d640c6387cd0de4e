"""The doors: HTTP, the command line, the worker and the pages that they show."""
