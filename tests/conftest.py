"""No test touches the user's own store, nor depends on how fast the machine is."""

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("any", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any")


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("NQP_HOME", str(tmp_path_factory.mktemp("home")))
