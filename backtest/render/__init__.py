"""Pages on a screen, in a notebook, as HTML, PNG or PDF."""
