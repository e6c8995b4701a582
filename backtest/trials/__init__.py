"""Every trial ever made, counted once."""
