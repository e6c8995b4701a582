"""Sector-rotation backtests that test a research report claim by claim."""
