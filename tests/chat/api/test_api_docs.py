"""docs/api.md: every block of it is run against the service."""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from chat.cli import main
from chat.service.server import listen
from tests.chat.api.real_examples import whole_app

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "api.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.S | re.M)
DEFAULT_HOME = "http://127.0.0.1:7860"
# By block in their order, what must be among what it prints.
PRINTED = (
    '"openapi":"3.1.0"',
    "销量为1286.6万辆。[1]",
    "event: final",
    '"passage_id":"ev-2025#8"',
    '"report_id":"es-2024","total":',
    f"{DEFAULT_HOME}/reports/ev-2025#p=",
    "销量为1286.6万辆。[1]出口128.4万辆，同比增长6.7%。[2]\n\n参考文献\n[1] ",
    "某研究院. 新能源汽车产业发展报告（2025）[R]. 2025-03：15. 2024\t1288.8",
)


@pytest.fixture(scope="module")
def home() -> Iterator[str]:
    with whole_app() as (app, _), listen("127.0.0.1", 0) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)


def test_the_page_has_the_blocks_that_are_run() -> None:
    assert [language for language, _ in BLOCKS] == ["sh"] * 5 + ["python"] * 3 + ["json"]
    assert len(PRINTED) == len(BLOCKS) - 1


@pytest.mark.parametrize("number", range(len(PRINTED)), ids=lambda number: f"{BLOCKS[number][0]} {number}")
def test_a_block_does_what_the_page_says(home: str, number: int) -> None:
    language, code = BLOCKS[number]
    code = code.replace(DEFAULT_HOME, home)
    command = ["bash", "-euo", "pipefail", "-c", code] if language == "sh" else [sys.executable, "-c", code]
    run = subprocess.run(
        command, capture_output=True, encoding="utf-8", timeout=60, env={**os.environ, "PYTHONUTF8": "1"}, check=False
    )
    assert run.returncode == 0, run.stderr
    assert PRINTED[number] in run.stdout.replace(home, DEFAULT_HOME)


def test_the_command_in_the_settings_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    settings = json.loads(BLOCKS[-1][1])["mcpServers"]["reportqa"]
    assert Path(settings["command"]).name == "reportqa"
    with pytest.raises(SystemExit) as told:
        main([*settings["args"], "--help"])
    assert (told.value.code, "MCP" in capsys.readouterr().out) == (0, True)
