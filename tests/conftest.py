"""What every test begins with."""

import pytest


@pytest.fixture(autouse=True)
def no_locale_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line speaks Chinese here, whatever the machine's language is."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
