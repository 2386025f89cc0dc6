"""What the local model and an endpoint have in common: a stream of pieces, token counts, one error."""

from collections.abc import Generator as Stream
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from ingest.errors import UserError

# A reader's page is told at least this often that the answer is still coming; a reader who left is noticed as soon.
HEARTBEAT_S = 0.3


class GeneratorUnavailable(UserError):
    """The model cannot answer now; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one exchange with the model."""

    prompt_tokens: int
    answer_tokens: int


Pieces = Stream[str | Usage, None, None]


class Generator(Protocol):
    """A model that writes the next message of a conversation."""

    name: str

    def generate(self, messages: Sequence[Mapping[str, str]], *, max_tokens: int, grammar: str = "") -> Pieces:
        """Pieces of the answer as they come, "" while nothing does, token counts where known; closing it stops the model.

        grammar: GBNF of the answers that may be written, for a model that can be held to one; others write what they will.
        """
        ...


@runtime_checkable
class Reachable(Protocol):
    """A model that can be away. answers: whether it can be expected to write; takes 2 s at most."""

    def answers(self) -> bool: ...
