"""What people look at: run folders, plots, reports as pages, HTML, PDF and pictures."""
