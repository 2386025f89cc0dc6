"""How often a caller may ask and an address may call, counted exactly over a moving window.

Libraries for this count in stores that know no bound, or by a clock of their own; what is needed is a queue of moments for each key.
Counts are of this process and forgotten with it.
"""

import math
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from chat.access.caller import Caller
from chat.access.rejected import Rejected
from ingest.errors import UserError
from ingest.language import Message, message

SECONDS = 60.0
MOST_KEYS = 100_000

TOO_MANY_QUESTIONS = message("提问太频繁：每分钟最多 {most} 次，请在 {seconds} 秒后再试。")
TOO_MANY_REQUESTS = message("请求太频繁：同一地址每分钟最多 {most} 次，请在 {seconds} 秒后再试。")


class TooOften(UserError):
    """Too much in too short a time; the message is for whoever asked. seconds: whole ones until there is room again."""

    def __init__(self, reason: Message, most: int, wait: float) -> None:
        self.seconds = max(1, math.ceil(wait))
        super().__init__(reason.but(most=most, seconds=self.seconds))

    def rejected(self) -> Rejected:
        """The same as the refusal of a request."""
        return Rejected(429, self.message, {"Retry-After": str(self.seconds)})


class MovingWindow:
    """Moments of the last `seconds`, by key: of at most `keys` of them, those that have been quiet longest are forgotten."""

    def __init__(
        self, *, seconds: float = SECONDS, keys: int = MOST_KEYS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds = seconds
        self._most_keys = keys
        self._clock = clock
        self._moments: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: str, most: int) -> float:
        """0.0 where the key had fewer than `most` in the window, and now one more; else the seconds until it has room.

        What is refused is not counted: who goes on trying is let in as soon as one who waits.
        """
        with self._lock:
            now = self._clock()
            moments = self._moments.setdefault(key, deque())
            self._moments.move_to_end(key)
            while moments and moments[0] <= now - self._seconds:
                moments.popleft()
            self._forget(now)
            if len(moments) >= most:
                return moments[len(moments) - most] + self._seconds - now
            moments.append(now)
            return 0.0

    def _forget(self, now: float) -> None:
        """Let go of the keys that have been quiet for the window, a few at a time, and of those beyond the bound."""
        for _ in range(2):
            quiet, moments = next(iter(self._moments.items()))
            over = len(self._moments) > self._most_keys
            if not over and (len(self._moments) == 1 or (moments and moments[-1] > now - self._seconds)):
                return
            del self._moments[quiet]

    def __len__(self) -> int:
        return len(self._moments)


class Limits:
    """questions: a minute of each caller, unless its key has a number of its own. requests: a minute of each address.

    Whoever sits at this machine is not counted: it is theirs.
    """

    def __init__(
        self,
        *,
        questions: int,
        requests: int,
        keys: int = MOST_KEYS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._questions = questions
        self._requests = requests
        self._asked = MovingWindow(keys=keys, clock=clock)
        self._called = MovingWindow(keys=keys, clock=clock)

    def question(self, caller: Caller) -> None:
        """Count a question.

        Raises:
            TooOften: the caller has asked as many as it may; this one is not counted.
        """
        if caller.by == "loopback":
            return
        most = self._questions if caller.per_minute is None else caller.per_minute
        if wait := self._asked.take(caller.key, most):
            raise TooOften(TOO_MANY_QUESTIONS, most, wait)

    def request(self, address: str) -> None:
        """Count a request.

        Raises:
            TooOften: the address has sent as many as it may; this one is not counted.
        """
        if wait := self._called.take(address, self._requests):
            raise TooOften(TOO_MANY_REQUESTS, self._requests, wait)
