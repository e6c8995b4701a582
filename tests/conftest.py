"""No test touches the user's own store: every one gets a home of its own."""

import pytest


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("NQP_HOME", str(tmp_path_factory.mktemp("home")))
