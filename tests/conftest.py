"""What holds for all tests: how hypothesis runs, and that no test sees the Keras config file of the machine."""

import os

import pytest
from hypothesis import settings

# A loaded machine is no failure; and CI tries the same examples each time, so that a red run means a change.
settings.register_profile("house", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("house")


@pytest.fixture(autouse=True)
def _no_keras_config(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path_factory.getbasetemp() / "no-keras"))
