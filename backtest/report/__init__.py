"""What people look at: run folders, plots, reports."""
