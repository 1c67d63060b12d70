"""No test may see the Keras config file of the machine that it runs on."""

import pytest


@pytest.fixture(autouse=True)
def _no_keras_config(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path_factory.getbasetemp() / "no-keras"))
