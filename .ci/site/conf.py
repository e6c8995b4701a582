"""Settings of the documentation's builder; `.ci/site.py` calls it."""

from pathlib import Path
from typing import Any

from sphinx_gallery.scrapers import figure_rst


def pictures(block: Any, variables: dict[str, Any], settings: dict[str, Any]) -> str:
    """Show the figure a script calls `picture`."""
    figure = variables["example_globals"].pop("picture", None)
    if figure is None:
        return ""
    path = Path(next(variables["image_path_iterator"]))
    figure.savefig(path, dpi=110)
    return str(figure_rst([str(path)], settings["src_dir"]))


project = "nqp-rotation"
copyright = "the nqp-rotation authors"
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_gallery.gen_gallery",
]
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
napoleon_google_docstring = False
napoleon_use_ivar = True
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
html_theme = "furo"
html_show_sourcelink = False
myst_heading_anchors = 3
suppress_warnings = ["config.cache", "ref.python"]  # words in types that are names of several
sphinx_gallery_conf = {
    "examples_dirs": "examples",
    "gallery_dirs": "gallery",
    "filename_pattern": ".*",
    "image_scrapers": (pictures,),
    "abort_on_example_error": True,
    "download_all_examples": False,
    "min_reported_time": 1e6,
    "remove_config_comments": True,
    "show_memory": False,
    "show_signature": False,
    "reset_modules": (),
    "capture_repr": (),
}
