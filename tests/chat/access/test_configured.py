"""`[access]`, and a service that does not start where nobody said who may use it."""

import re
from pathlib import Path

import pytest

from chat.access.configured import Unprotected, access_of
from chat.config import AccessConfig, AccessWay, Config, load_config

NOWHERE = Path("there-is-no-index")


def configured(*ways: AccessWay) -> Config:
    return Config(access=AccessConfig(ways=ways))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "qa.corp.example"])
@pytest.mark.parametrize("ways", [("loopback",), ()])
def test_a_service_beyond_this_machine_does_not_start_unprotected_and_says_what_to_write(
    host: str, ways: tuple[AccessWay, ...]
) -> None:
    with pytest.raises(Unprotected, match="不是本机地址") as problem:
        access_of(configured(*ways), NOWHERE, host=host)
    assert 'ways = ["keys"]' in str(problem.value)
    assert 'ways = ["none"]' in str(problem.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "[::1]"])
def test_on_this_machine_nothing_need_be_configured(host: str) -> None:
    access_of(Config(), NOWHERE, host=host)


def test_that_everybody_may_use_it_has_to_be_said() -> None:
    access_of(configured("none"), NOWHERE, host="0.0.0.0")


@pytest.mark.parametrize(("name", "section"), [("portal.md", "## Who may use it"), ("portal.zh-CN.md", "## 谁可以用")])
def test_what_the_guide_says_to_write_is_a_configuration(tmp_path: Path, name: str, section: str) -> None:
    guide = (Path(__file__).parents[3] / "docs" / name).read_text("utf-8").split(section)[1]
    blocks = re.findall(r"```toml\n(.*?)```", guide.split("\n## ")[0], re.S)
    assert len(blocks) >= 4
    for number, block in enumerate(blocks):
        file = tmp_path / f"{number}.toml"
        file.write_text(block, "utf-8")
        load_config(file)
