"""What a saved index says of itself, read without loading any of it."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from ingest.errors import UserError
from ingest.fingerprint import code_fingerprint
from ingest.language import message

FORMAT = 4
_FILE = "about.json"


class IndexMismatch(UserError):
    """A saved index that this encoder or this version of the program cannot serve, or an encoder that makes none."""


@dataclass(frozen=True, slots=True)
class About:
    """format: of the files. encoder, dim: what made the vectors. code: the fingerprint of what made everything else."""

    encoder: str
    dim: int
    passages: int
    format: int = FORMAT
    code: str = ""

    def made_by(self, encoder: str) -> bool:
        """Whether building with this encoder, by the code that runs now, would make the same of the same passages."""
        return (self.encoder, self.format, self.code) == (encoder, FORMAT, index_code())


def check_format(about: About) -> None:
    """Raises IndexMismatch where another version of the program wrote these files."""
    if about.format != FORMAT:
        raise IndexMismatch(
            message(
                "索引格式是第 {format} 版，程序需要第 {needed} 版；请运行 reportqa build --rebuild",
                format=about.format,
                needed=FORMAT,
            )
        )


def index_code() -> str:
    return code_fingerprint(Path(__file__).parent)


def write_about(folder: Path, about: About) -> None:
    (folder / _FILE).write_text(json.dumps(asdict(about), ensure_ascii=False), "utf-8")


def read_about(folder: Path) -> About:
    """Of a version that was checked; one of another format may say less or more."""
    told = json.loads((folder / _FILE).read_text("utf-8"))
    return About(**{name: told[name] for name in About.__slots__ if name in told})
