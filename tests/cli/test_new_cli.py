"""nqp new writes a strategy that runs and passes its check at once, and a test that passes."""

import importlib.util
import json
import sys

import pytest

from tests.command import nqp


def test_what_is_written_checks_runs_and_passes_its_own_test(tmp_path, monkeypatch):
    done = nqp("new", "my-rotation", cwd=tmp_path)
    assert done.returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "my_rotation.py",
        "test_my_rotation.py",
    ]
    assert nqp("check", "my_rotation.py", "--dates", "3", cwd=tmp_path).returncode == 0
    said = json.loads(nqp("run", "my_rotation.py", "--json", cwd=tmp_path).stdout)
    assert said["strategy"] == "my-rotation"
    assert said["manifest"]["look_ahead"] == "none found"
    monkeypatch.syspath_prepend(str(tmp_path))
    spec = importlib.util.spec_from_file_location("of_new", tmp_path / "test_my_rotation.py")
    tests = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tests)
    tests.test_it_does_not_look_ahead()
    tests.test_it_holds_technology_after_a_fall_of_the_yield()
    sys.modules.pop("my_rotation")


@pytest.mark.parametrize("name", ["../x", "class", "1st", "a b", "x" * 60, "中文"])
def test_a_name_that_is_none_is_refused(name, tmp_path):
    done = nqp("new", name, cwd=tmp_path)
    assert done.returncode == 2
    assert "is no name for a strategy" in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_file_that_exists_is_kept(tmp_path):
    (tmp_path / "mine.py").write_text("x = 1")
    done = nqp("new", "mine", cwd=tmp_path)
    assert done.returncode == 2
    assert "exists already" in done.stderr
    assert (tmp_path / "mine.py").read_text() == "x = 1"
