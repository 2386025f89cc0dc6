"""A whole run without a reader: the models and the index loaded, the page opened, a search, a question. `doctor --offline` runs it
in a process of its own, where every connection beyond this machine is refused and told.
"""

import json
import sys
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass
from pathlib import Path

from chat.config import Config, load_config, load_encoder
from chat.operations.egress import refuse_egress
from ingest.errors import UserError


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """done: the steps that went well, in order. problem: why it ended before the last; "" where it did not. attempts: what it tried to
    reach beyond this machine."""

    done: tuple[str, ...]
    problem: str
    attempts: tuple[str, ...]


def rehearse(config: Config, root: Path) -> Rehearsed:
    """Run it here; connections are refused in this process from now on."""
    attempts = refuse_egress()
    done: list[str] = []
    try:
        _run(config, root, done)
    except (UserError, OSError, RuntimeError) as error:
        return Rehearsed(tuple(done), str(error) or type(error).__name__, tuple(attempts))
    return Rehearsed(tuple(done), "", tuple(attempts))


def _run(config: Config, root: Path, done: list[str]) -> None:
    from chat.answer import Finished  # noqa: PLC0415
    from chat.service.app import make_app  # noqa: PLC0415
    from chat.service.live import LiveAssistant  # noqa: PLC0415
    from chat.setup import load_assistant  # noqa: PLC0415

    live = LiveAssistant(root, load_assistant(config, root, encoder=lambda: load_encoder(config)))
    live.warm_up()
    done.append("载入")
    make_app(live)
    done.append("页面")
    question = next(iter([*live.suggestions, *(report.title for report in live.reports)]), "报告讲了什么？")
    live.search(question)
    done.append("检索")
    if not any(isinstance(event, Finished) for event in live.ask(question)):
        raise RuntimeError("no answer")
    done.append("回答")


def main(config: str, root: str) -> None:
    """Write what became of it as JSON; config: the file, or "" for the default."""
    with redirect_stdout(sys.stderr):
        rehearsed = rehearse(load_config(Path(config) if config else None), Path(root))
    print(json.dumps(asdict(rehearsed), ensure_ascii=False))


if __name__ == "__main__":
    main(*sys.argv[1:3])
