"""Folders of runs: written, read back, verified."""
