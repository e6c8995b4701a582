"""Settings of the documentation's builder; `.ci/site.py` calls it."""

project = "nqp-rotation"
copyright = "the nqp-rotation authors"
extensions = ["myst_parser", "sphinx_gallery.gen_gallery"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
html_theme = "furo"
html_show_sourcelink = False
myst_heading_anchors = 3
suppress_warnings = ["config.cache"]
sphinx_gallery_conf = {
    "examples_dirs": "examples",
    "gallery_dirs": "gallery",
    "filename_pattern": ".*",
    "abort_on_example_error": True,
    "download_all_examples": False,
    "remove_config_comments": True,
    "show_memory": False,
    "show_signature": False,
    "reset_modules": (),
    "capture_repr": (),
}
