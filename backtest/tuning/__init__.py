"""Tuning: every variant of a strategy, and how far the best of them is to be believed."""
