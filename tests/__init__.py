"""Tests, and the two things they share: `markets` (small synthetic markets) and `oracle`."""
