"""The family of value-metric scores: one score a file, found by `models.registry.discover`."""
