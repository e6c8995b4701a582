"""Where the store lives."""

import os
from pathlib import Path


def home() -> Path:
    """Return the store's folder: `NQP_HOME`, else the platform's place for user data."""
    chosen = os.environ.get("NQP_HOME")
    if chosen:
        return Path(chosen)
    import platformdirs

    return platformdirs.user_data_path("nqp-rotation", appauthor=False)
