"""One thesis per file: claims of a research report as strategies."""
