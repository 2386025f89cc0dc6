"""A model that keeps failing is left alone for a while, so that readers get the evidence at once and a service can recover.

Own code, since an answer is a generator that a reader may close at any piece, and that is neither a success nor a failure: two
are all that libraries know.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing

from chat.models.generation import Generator, GeneratorUnavailable, Pieces, Reachable
from ingest.language import message

FAILURES = 5  # in a row
REST_SECONDS = 30.0


class Breaker:
    """A generator, asked no more for REST_SECONDS after FAILURES in a row; then by one question, whose success ends it."""

    def __init__(self, generator: Generator, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.name = generator.name
        self._generator = generator
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._rests_until = 0.0

    def generate(self, messages: Sequence[Mapping[str, str]], *, max_tokens: int, grammar: str = "") -> Pieces:
        """As `Generator.generate`.

        Raises:
            GeneratorUnavailable: as there, or it rests.
        """
        self._admit()
        try:
            with closing(self._generator.generate(messages, max_tokens=max_tokens, grammar=grammar)) as pieces:
                yield from pieces
        except GeneratorUnavailable:
            self._failed()
            raise
        self._failures = 0

    def answers(self) -> bool:
        """Whether it does not rest and, where it may be away, is there."""
        resting = self._failures >= FAILURES
        return not resting and (not isinstance(self._generator, Reachable) or self._generator.answers())

    def _admit(self) -> None:
        with self._lock:
            now = self._clock()
            if self._failures < FAILURES:
                return
            if now < self._rests_until:
                raise GeneratorUnavailable(
                    message(
                        "模型连续 {failures} 次没有答出，暂不再问，{seconds:.0f} 秒内恢复尝试。",
                        failures=FAILURES,
                        seconds=self._rests_until - now,
                    )
                )
            self._rests_until = now + REST_SECONDS  # the others go on resting while this one tries

    def _failed(self) -> None:
        with self._lock:
            self._failures += 1
            self._rests_until = self._clock() + REST_SECONDS
