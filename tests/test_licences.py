"""What may be installed with reportqa, by its licence."""

import pytest

from tests.licences import EXAMINED, installed, judged


@pytest.mark.parametrize(
    "licence",
    ["MIT", "BSD-3-Clause AND 0BSD AND Zlib", "Apache-2.0 WITH LLVM-exception", "Mozilla Public License 2.0 (MPL 2.0)"],
)
def test_a_permissive_licence_passes(licence: str) -> None:
    assert judged("x", "1", licence).problem == ""


@pytest.mark.parametrize(
    "licence",
    [
        "",
        "UNKNOWN",
        "AGPL-3.0-only",
        "MIT AND GPL-3.0-or-later",
        "GNU General Public License v3 (GPLv3)",
        "Proprietary",
        "BUSL-1.1",
    ],
)
def test_any_other_needs_a_look(licence: str) -> None:
    assert judged("x", "1", licence).problem


def test_everything_that_is_installed_passes_and_what_was_examined_is_still_there() -> None:
    packages = list(installed())
    assert [each for each in packages if each.problem] == []
    assert EXAMINED.keys() <= {each.name for each in packages}
